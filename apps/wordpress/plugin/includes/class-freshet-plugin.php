<?php
/**
 * Puts the parts together; nothing else constructs them.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Plugin {
	public Freshet_Settings $settings;
	public Freshet_Uploads $uploads;
	public Freshet_Outbox $outbox;
	public Freshet_Journal $journal;
	public Freshet_Push $push;
	public Freshet_File_Table $file_table;
	public Freshet_Files $files;
	public Freshet_Watcher $watcher;
	public Freshet_Connection $connection;
	public Freshet_Outage $outage;
	public Freshet_Rewriter $rewriter;
	public Freshet_Outlets $outlets;
	public Freshet_Scanner $scanner;
	public Freshet_Rest $rest;
	public Freshet_Settings_Page $settings_page;
	public Freshet_Refresh $refresh;
	public Freshet_Media $media;
	public Freshet_Widget $widget;
	public Freshet_Health $health;
	public Freshet_Cli $cli;

	public function __construct() {
		$this->settings      = new Freshet_Settings();
		$this->uploads       = new Freshet_Uploads();
		$this->outbox        = new Freshet_Outbox( $this->uploads );
		$this->journal       = new Freshet_Journal( $this->outbox );
		$this->push          = new Freshet_Push( $this->settings, $this->outbox );
		$this->file_table    = new Freshet_File_Table( $this->outbox );
		$this->files         = new Freshet_Files( $this->uploads, $this->file_table );
		$this->watcher       = new Freshet_Watcher( $this->settings, $this->uploads, $this->files, $this->outbox );
		$this->connection    = new Freshet_Connection( $this->settings, $this->uploads );
		$this->outage        = new Freshet_Outage( $this->settings, $this->connection );
		$this->rewriter      = new Freshet_Rewriter( $this->settings, $this->uploads, $this->files, $this->outage );
		$this->outlets       = new Freshet_Outlets( $this->settings, $this->rewriter );
		$this->scanner       = new Freshet_Scanner( $this->settings, $this->uploads, $this->files, $this->file_table, $this->watcher, $this->outbox, $this->push );
		$this->rest          = new Freshet_Rest( $this->settings, $this->outbox, $this->scanner, $this->uploads, $this->file_table, $this->watcher );
		$this->settings_page = new Freshet_Settings_Page( $this->settings, $this->outbox, $this->push, new Freshet_Connection_Panel( $this->settings, $this->connection, $this->outage ) );
		$this->refresh       = new Freshet_Refresh( $this->settings, $this->watcher );
		$this->media         = new Freshet_Media( $this->journal, $this->refresh );
		$this->widget        = new Freshet_Widget( $this->settings, $this->journal, $this->push );
		$this->health        = new Freshet_Health( $this->settings, $this->uploads, $this->journal, $this->push, $this->scanner, $this->file_table );
		$this->cli           = new Freshet_Cli( $this->settings, $this->outbox, $this->journal, $this->push, $this->watcher, $this->scanner, $this->file_table );
	}

	/** Hooks every part into WordPress. */
	public function listen(): void {
		Freshet_Schema::listen();
		$this->watcher->listen();
		$this->outage->listen();
		$this->rewriter->listen();
		$this->outlets->listen();
		$this->files->listen();
		$this->scanner->listen();
		$this->rest->listen();
		$this->push->listen();
		$this->health->listen();
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			WP_CLI::add_command( 'freshet', $this->cli );
		}
		if ( is_admin() ) {
			$this->settings_page->listen();
			$this->refresh->listen();
			$this->media->listen();
			$this->widget->listen();
		}
	}
}
