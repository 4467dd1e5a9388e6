<?php
/**
 * The plugin's two tables, its options and its schedule: made, upgraded, paused and removed here.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Schema {
	const VERSION = '2';
	const CRON    = 'freshet_tick';

	/** Every option this plugin ever writes; removal deletes these and no other. */
	const OPTIONS = [ 'freshet_settings', 'freshet_secrets', 'freshet_schema', 'freshet_push', 'freshet_scan_cursor', 'freshet_delivery' ];

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
			PRIMARY KEY  (sequence),
			UNIQUE KEY id (id),
			KEY waiting (delivered_at,next_at)
			) $charset;"
		);

		freshet()->settings->ensure_secret();
		add_option( Freshet_Outage::STATE, [] ); // Every page reads it: what is not there costs a query each time.
		if ( ! wp_next_scheduled( self::CRON ) ) {
			wp_schedule_event( time() + 60, 'freshet_five_minutes', self::CRON );
		}
		update_option( 'freshet_schema', self::VERSION );
	}

	/** Files may have been replaced without an activation; the option says which tables they find. */
	public static function upgrade(): void {
		if ( self::VERSION !== get_option( 'freshet_schema' ) ) {
			self::install();
		}
	}

	/** On deactivation only the schedule goes: versions and events stay for the next activation. */
	public static function pause(): void {
		wp_clear_scheduled_hook( self::CRON );
		delete_option( 'freshet_schema' ); // The next start schedules again.
	}

	/** Removes this plugin's own rows, and nothing of anyone else's. */
	public static function remove(): void {
		global $wpdb;
		wp_clear_scheduled_hook( self::CRON );
		foreach ( self::OPTIONS as $option ) {
			delete_option( $option );
		}
		foreach ( [ 'freshet_files', 'freshet_outbox' ] as $table ) {
			$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}{$table}" ); // phpcs:ignore WordPress.DB -- fixed names.
		}
	}
}
