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

	public function __construct() {
		$this->settings      = new Freshet_Settings();
		$this->uploads       = new Freshet_Uploads();
		$this->outbox        = new Freshet_Outbox( $this->uploads );
		$this->push          = new Freshet_Push( $this->settings, $this->outbox );
		$this->file_table    = new Freshet_File_Table( $this->outbox );
		$this->files         = new Freshet_Files( $this->uploads, $this->file_table );
		$this->watcher       = new Freshet_Watcher( $this->settings, $this->uploads, $this->files, $this->outbox );
		$this->connection    = new Freshet_Connection( $this->settings, $this->uploads );
		$this->outage        = new Freshet_Outage( $this->settings, $this->connection );
		$this->rewriter      = new Freshet_Rewriter( $this->settings, $this->uploads, $this->files, $this->outage );
		$this->outlets       = new Freshet_Outlets( $this->settings, $this->rewriter );
		$this->scanner       = new Freshet_Scanner( $this->settings, $this->files, $this->file_table, $this->outbox, $this->push );
		$this->rest          = new Freshet_Rest( $this->settings, $this->outbox, $this->scanner );
		$this->settings_page = new Freshet_Settings_Page( $this->settings, $this->outbox, $this->push, new Freshet_Connection_Panel( $this->settings, $this->connection, $this->outage ) );
	}

	/** Hooks every part into WordPress. */
	public function listen(): void {
		add_action( 'init', [ 'Freshet_Schema', 'upgrade' ], 1 );
		$this->watcher->listen();
		$this->outage->listen();
		$this->rewriter->listen();
		$this->outlets->listen();
		$this->files->listen();
		$this->scanner->listen();
		$this->rest->listen();
		$this->push->listen();
		if ( is_admin() ) {
			$this->settings_page->listen();
		}
	}
}
