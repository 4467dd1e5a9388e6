<?php
/**
 * Puts the parts together; nothing else constructs them. Most requests only show a page: a part is made when it is first
 * asked for, or when the first hook fires that concerns it, and listens from then on.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

/**
 * @property-read Freshet_Settings      $settings
 * @property-read Freshet_Uploads       $uploads
 * @property-read Freshet_Outbox        $outbox
 * @property-read Freshet_Journal       $journal
 * @property-read Freshet_Push          $push
 * @property-read Freshet_File_Table    $file_table
 * @property-read Freshet_Files         $files
 * @property-read Freshet_Watcher       $watcher
 * @property-read Freshet_Connection    $connection
 * @property-read Freshet_Outage        $outage
 * @property-read Freshet_Rewriter      $rewriter
 * @property-read Freshet_Outlets       $outlets
 * @property-read Freshet_Scanner       $scanner
 * @property-read Freshet_Rest          $rest
 * @property-read Freshet_Settings_Page $settings_page
 * @property-read Freshet_Refresh       $refresh
 * @property-read Freshet_Media         $media
 * @property-read Freshet_Widget        $widget
 * @property-read Freshet_Health        $health
 * @property-read Freshet_Cli           $cli
 */
final class Freshet_Plugin {
	/** What the tables of this version are called in the option `freshet_schema`. */
	const SCHEMA = '4';

	/** Schedules: the walk and all that is done now and then; a push that is due. */
	const CRON = 'freshet_tick';
	const DUE  = 'freshet_push_due';

	/** Parts, and the hooks at the first of which they are made. What they do there runs later in the same call. */
	const WAKES = [
		'watcher'  => [ 'wp_update_attachment_metadata', 'update_attached_file', 'delete_attachment', 'wp_handle_replace', 'enable-media-replace-upload-done', 'emr/cache/flush', 'rest_after_insert_attachment' ],
		'rewriter' => [ 'template_redirect' ],
		'outage'   => [ 'freshet_page_begins', self::CRON ],
		'outlets'  => [ 'rest_api_init', 'the_content_feed', 'the_excerpt_rss', 'comment_text_rss', 'woocommerce_available_variation', 'script_module_data_@wordpress/interactivity' ],
		'scanner'  => [ 'cron_schedules', self::CRON ],
		'push'     => [ 'freshet_changes_recorded', self::DUE ],
		'rest'     => [ 'rest_api_init' ],
		'health'   => [ 'site_status_tests', 'debug_information' ],
	];

	/** @var array<string,object> */
	private array $parts = [];

	/** A part by its name. */
	public function __get( string $name ): object {
		if ( ! isset( $this->parts[ $name ] ) ) {
			$this->parts[ $name ] = $this->make( $name );
			if ( method_exists( $this->parts[ $name ], 'listen' ) ) {
				$this->parts[ $name ]->listen();
			}
		}
		return $this->parts[ $name ];
	}

	/** Hooks every part into WordPress, or sees to it that it will be. */
	public function listen(): void {
		add_action( 'init', [ $this, 'upgrade' ], 1 );
		add_action( 'wp_initialize_site', [ 'Freshet_Schema', 'begin_blog' ], 900 );
		add_filter( 'wpmu_drop_tables', [ 'Freshet_Schema', 'add_tables' ], 10, 2 );
		foreach ( self::WAKES as $name => $hooks ) {
			$wake = function ( $value = null ) use ( $name ) {
				$this->__get( $name );
				return $value;
			};
			foreach ( $hooks as $hook ) {
				add_filter( $hook, $wake, PHP_INT_MIN );
			}
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			WP_CLI::add_command( 'freshet', $this->cli );
		}
		if ( is_admin() ) {
			foreach ( [ 'settings_page', 'refresh', 'media', 'widget' ] as $name ) {
				$this->__get( $name );
			}
		}
	}

	/** Files may have been replaced without an activation; the option says which tables they find. */
	public function upgrade(): void {
		if ( self::SCHEMA !== get_option( 'freshet_schema' ) ) {
			Freshet_Schema::install();
		}
	}

	private function make( string $name ): object {
		switch ( $name ) {
			case 'settings':
				return new Freshet_Settings();
			case 'uploads':
				return new Freshet_Uploads();
			case 'outbox':
				return new Freshet_Outbox( $this->uploads );
			case 'journal':
				return new Freshet_Journal( $this->outbox );
			case 'push':
				return new Freshet_Push( $this->settings, $this->outbox );
			case 'file_table':
				return new Freshet_File_Table( $this->outbox );
			case 'files':
				return new Freshet_Files( $this->uploads, $this->file_table );
			case 'watcher':
				return new Freshet_Watcher( $this->settings, $this->uploads, $this->files, $this->outbox );
			case 'connection':
				return new Freshet_Connection( $this->settings, $this->uploads );
			case 'outage':
				return new Freshet_Outage(
					$this->settings,
					function (): Freshet_Connection {
						return $this->connection;
					}
				);
			case 'rewriter':
				return new Freshet_Rewriter( $this->settings, $this->uploads, $this->files, $this->outage );
			case 'outlets':
				return new Freshet_Outlets( $this->settings, $this->rewriter );
			case 'scanner':
				return new Freshet_Scanner( $this->settings, $this->uploads, $this->files, $this->file_table, $this->watcher, $this->outbox, $this->push );
			case 'rest':
				return new Freshet_Rest( $this->settings, $this->outbox, $this->scanner, $this->uploads, $this->file_table, $this->watcher );
			case 'settings_page':
				return new Freshet_Settings_Page( $this->settings, $this->outbox, $this->push, new Freshet_Connection_Panel( $this->settings, $this->connection, $this->outage ) );
			case 'refresh':
				return new Freshet_Refresh( $this->settings, $this->watcher );
			case 'media':
				return new Freshet_Media( $this->journal, $this->refresh );
			case 'widget':
				return new Freshet_Widget( $this->settings, $this->journal, $this->push );
			case 'health':
				return new Freshet_Health( $this->settings, $this->uploads, $this->journal, $this->push, $this->scanner, $this->file_table );
			case 'cli':
				return new Freshet_Cli( $this->settings, $this->outbox, $this->journal, $this->push, $this->watcher, $this->scanner, $this->file_table );
		}
		throw new LogicException( 'Freshet has no such part.' );
	}
}
