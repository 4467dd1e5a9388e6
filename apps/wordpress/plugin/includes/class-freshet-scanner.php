<?php
/**
 * Walks the known files in slices and looks at each: what was overwritten behind WordPress's back is noticed although no
 * page that shows it is rendered.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Scanner {
	const SLICE        = 500;
	const KEEP_GONE    = 7776000; // 90 days.
	const CURSOR       = 'freshet_scan_cursor';

	private Freshet_Settings $settings;
	private Freshet_Files $files;
	private Freshet_File_Table $table;
	private Freshet_Outbox $outbox;
	private Freshet_Push $push;

	public function __construct( Freshet_Settings $settings, Freshet_Files $files, Freshet_File_Table $table, Freshet_Outbox $outbox, Freshet_Push $push ) {
		$this->settings = $settings;
		$this->files    = $files;
		$this->table    = $table;
		$this->outbox   = $outbox;
		$this->push     = $push;
	}

	public function listen(): void {
		add_filter( 'cron_schedules', [ $this, 'schedules' ] ); // phpcs:ignore WordPress.WP.CronInterval -- one stat() a file.
		add_action( Freshet_Schema::CRON, [ $this, 'tick' ] );
	}

	/** @param mixed $schedules WordPress's. */
	public function schedules( $schedules ): array {
		// No translation here: this runs before languages are loaded.
		return (array) $schedules + [ 'freshet_five_minutes' => [ 'interval' => 300, 'display' => 'Every five minutes (Freshet)' ] ];
	}

	/** One slice, what is due for a push, and the tidying. */
	public function tick(): void {
		$slice = $this->scan( (string) get_option( self::CURSOR, '' ), self::SLICE );
		update_option( self::CURSOR, (string) $slice['next'], false );
		$this->outbox->prune();
		$this->table->forget_gone( time() - self::KEEP_GONE );
		$this->push->send_due();
	}

	/**
	 * Looks at one slice.
	 *
	 * @param string $after What the slice before answered as `next`; '' to begin.
	 * @return array{scanned:int,next:?string} `next` is null after the last slice.
	 */
	public function scan( string $after, int $limit ): array {
		if ( ! $this->settings->is_active() ) {
			return [ 'scanned' => 0, 'next' => null ];
		}
		$slice = $this->table->slice( $after, $limit );
		$this->files->look( $slice['paths'], 'scan' );
		return [ 'scanned' => count( $slice['paths'] ), 'next' => $slice['next'] ];
	}
}
