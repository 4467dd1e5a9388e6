<?php
/**
 * The plugin's two tables, its options and its schedule: made, upgraded, paused and removed here, for each blog of a
 * network apart.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Schema {
	/** Every option, table and post meta this plugin ever writes; removal deletes these and no other. */
	const OPTIONS = [ 'freshet_settings', 'freshet_secrets', 'freshet_schema', 'freshet_push', 'freshet_scan', 'freshet_scan_cursor', 'freshet_heard', 'freshet_messages', 'freshet_delivery' ];
	const TABLES  = [ 'freshet_files', 'freshet_outbox' ];
	const META    = [ '_freshet_unfinished' ];

	/** @param mixed $network_wide Whether it is switched on for all blogs; the rest of a very large network follows as it is visited. */
	public static function activate( $network_wide = false ): void {
		if ( is_multisite() && $network_wide && ! wp_is_large_network() ) {
			Freshet_Blogs::each( [ self::class, 'install' ], get_current_network_id() );
		} else {
			self::install();
		}
	}

	/** @param mixed $network_wide Whether it is switched off for all blogs. */
	public static function deactivate( $network_wide = false ): void {
		if ( is_multisite() && $network_wide ) {
			Freshet_Blogs::each( [ self::class, 'pause' ], get_current_network_id() );
		} else {
			self::pause();
		}
	}

	/** @param mixed $blog A new WP_Site. */
	public static function begin_blog( $blog ): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		if ( $blog instanceof WP_Site && is_plugin_active_for_network( plugin_basename( FRESHET_FILE ) ) ) {
			Freshet_Blogs::in( (int) $blog->blog_id, [ self::class, 'install' ] );
		}
	}

	/**
	 * @param mixed $tables What goes with a blog that is deleted.
	 * @param mixed $blog   Its id.
	 */
	public static function add_tables( $tables, $blog = 0 ): array {
		global $wpdb;
		$tables = (array) $tables;
		foreach ( self::TABLES as $table ) {
			$tables[] = $wpdb->get_blog_prefix( (int) $blog ) . $table;
		}
		return $tables;
	}

	/** Makes what is missing. Running it again changes nothing. */
	public static function install(): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$charset = $wpdb->get_charset_collate();

		// dbDelta wants two spaces after PRIMARY KEY and one column a line.
		dbDelta(
			"CREATE TABLE {$wpdb->prefix}freshet_files (
			path_hash char(40) NOT NULL,
			attachment_id bigint(20) unsigned NOT NULL DEFAULT 0,
			path text NOT NULL,
			state varchar(8) NOT NULL DEFAULT 'known',
			mtime bigint(20) NOT NULL DEFAULT 0,
			ctime bigint(20) NOT NULL DEFAULT 0,
			inode bigint(20) unsigned NOT NULL DEFAULT 0,
			size bigint(20) unsigned NOT NULL DEFAULT 0,
			width int(10) unsigned NOT NULL DEFAULT 0,
			height int(10) unsigned NOT NULL DEFAULT 0,
			sha256 char(64) NOT NULL DEFAULT '',
			vh varchar(16) NOT NULL DEFAULT '',
			hashed_at bigint(20) NOT NULL DEFAULT 0,
			seen bigint(20) NOT NULL DEFAULT 0,
			quiet_at bigint(20) NOT NULL DEFAULT 0,
			revision bigint(20) unsigned NOT NULL DEFAULT 1,
			PRIMARY KEY  (path_hash),
			KEY attachment_id (attachment_id),
			KEY state (state)
			) $charset;"
		);
		dbDelta(
			"CREATE TABLE {$wpdb->prefix}freshet_outbox (
			sequence bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			id varchar(40) NOT NULL,
			payload longtext NOT NULL,
			created_at bigint(20) NOT NULL DEFAULT 0,
			attempts int(10) unsigned NOT NULL DEFAULT 0,
			next_at bigint(20) NOT NULL DEFAULT 0,
			delivered_at bigint(20) NOT NULL DEFAULT 0,
			attachment_id bigint(20) unsigned NOT NULL DEFAULT 0,
			reason varchar(8) NOT NULL DEFAULT '',
			files int(10) unsigned NOT NULL DEFAULT 0,
			outcome varchar(16) NOT NULL DEFAULT '',
			outcome_at bigint(20) NOT NULL DEFAULT 0,
			settled_at bigint(20) NOT NULL DEFAULT 0,
			invalidation varchar(255) NOT NULL DEFAULT '',
			remark varchar(255) NOT NULL DEFAULT '',
			PRIMARY KEY  (sequence),
			UNIQUE KEY id (id),
			KEY waiting (delivered_at,next_at),
			KEY attachment (attachment_id,sequence),
			KEY unsettled (settled_at,sequence),
			KEY outcome (outcome,attachment_id)
			) $charset;"
		);

		freshet()->settings->ensure_secret();
		// Every page reads these: what is not there costs a query each time.
		add_option( Freshet_Settings::OPTION, [] );
		add_option( Freshet_Outage::STATE, [] );
		if ( ! wp_next_scheduled( Freshet_Plugin::CRON ) ) {
			wp_schedule_event( time() + 60, 'freshet_five_minutes', Freshet_Plugin::CRON );
		}
		update_option( 'freshet_schema', Freshet_Plugin::SCHEMA );
	}

	/** On deactivation only the schedule goes: versions and events stay for the next activation. */
	public static function pause(): void {
		wp_clear_scheduled_hook( Freshet_Plugin::CRON );
		wp_clear_scheduled_hook( Freshet_Plugin::DUE );
		delete_option( 'freshet_schema' ); // The next start schedules again.
	}

	/** Removes this plugin's own rows of this blog, and nothing of anyone else's. */
	public static function remove(): void {
		global $wpdb;
		wp_clear_scheduled_hook( Freshet_Plugin::CRON );
		wp_clear_scheduled_hook( Freshet_Plugin::DUE );
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		foreach ( self::META as $key ) {
			delete_post_meta_by_key( $key );
		}
		foreach ( self::TABLES as $table ) {
			$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}{$table}" ); // phpcs:ignore WordPress.DB -- fixed names.
		}
	}
}
