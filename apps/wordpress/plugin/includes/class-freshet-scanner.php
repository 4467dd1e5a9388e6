<?php
/**
 * Looks at files of which nobody says that they changed: what was overwritten behind WordPress's back is noticed although
 * no page that shows it is rendered.
 *
 * Two walks, each in slices and each going on where it was cut off. The census takes the attachments by id, once a day, and
 * comes to know every file they have. The round takes the known files by their hash, again and again, by stat() alone.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Scanner {
	const SLICE        = 500;
	const ATTACHMENTS  = 50;
	const KEEP_GONE    = 7776000; // 90 days.
	const CENSUS_EVERY = DAY_IN_SECONDS;

	/** How long the schedule works at a stretch; a slow server ends its requests after thirty seconds. */
	const TICK_SECONDS = 10;

	/** Where both walks are: see state(). */
	const STATE = 'freshet_scan';

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;
	private Freshet_Files $files;
	private Freshet_File_Table $table;
	private Freshet_Watcher $watcher;
	private Freshet_Outbox $outbox;
	private Freshet_Push $push;

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files, Freshet_File_Table $table, Freshet_Watcher $watcher, Freshet_Outbox $outbox, Freshet_Push $push ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
		$this->files    = $files;
		$this->table    = $table;
		$this->watcher  = $watcher;
		$this->outbox   = $outbox;
		$this->push     = $push;
	}

	public function listen(): void {
		add_filter( 'cron_schedules', [ $this, 'schedules' ] ); // phpcs:ignore WordPress.WP.CronInterval -- one stat() a file.
		add_action( Freshet_Plugin::CRON, [ $this, 'tick' ] );
	}

	/** @param mixed $schedules WordPress's. */
	public function schedules( $schedules ): array {
		// No translation here: this runs before languages are loaded.
		return (array) $schedules + [ 'freshet_five_minutes' => [ 'interval' => 300, 'display' => 'Every five minutes (Freshet)' ] ];
	}

	/** Some slices, at most one whole round, what is due for a push, and the tidying. */
	public function tick(): void {
		$this->watcher->finish_abandoned();
		$until = microtime( true ) + self::TICK_SECONDS;
		do {
			$more = $this->step();
		} while ( $more && microtime( true ) < $until );
		$this->outbox->prune();
		$this->table->forget_gone( time() - self::KEEP_GONE );
		$this->push->send_due();
	}

	/**
	 * The next slice of the walk that is due, and the place reached, kept.
	 *
	 * @return bool False when a round ended with it, or nothing is watched.
	 */
	public function step(): bool {
		if ( ! $this->watches() ) {
			return false;
		}
		$state = $this->state();
		if ( $state['census_ended'] < time() - self::CENSUS_EVERY ) {
			$slice                 = $this->census( $state['attachment'], self::ATTACHMENTS );
			$state['attachment']   = $slice['next'] ?? 0;
			$state['census_ended'] = null === $slice['next'] ? time() : $state['census_ended'];
			$more                  = true;
		} else {
			$slice                = $this->scan( $state['after'], self::SLICE );
			$more                 = null !== $slice['next'];
			$state['looked']      = ( '' === $state['after'] ? 0 : $state['looked'] ) + $slice['scanned'];
			$state['after']       = (string) $slice['next'];
			$state['round_ended'] = $more ? $state['round_ended'] : time();
		}
		update_option( self::STATE, $state, false );
		return $more;
	}

	/** Begins both walks from their beginning. */
	public function restart(): void {
		delete_option( self::STATE );
	}

	/**
	 * Where the walks are.
	 *
	 * @return array{attachment:int,census_ended:int,after:string,round_ended:int,looked:int} Times are 0 before the first end.
	 */
	public function state(): array {
		$state = get_option( self::STATE );
		$state = is_array( $state ) ? $state : [];
		return [
			'attachment'   => (int) ( $state['attachment'] ?? 0 ),
			'census_ended' => (int) ( $state['census_ended'] ?? 0 ),
			'after'        => (string) ( $state['after'] ?? '' ),
			'round_ended'  => (int) ( $state['round_ended'] ?? 0 ),
			'looked'       => (int) ( $state['looked'] ?? 0 ),
		];
	}

	/**
	 * Looks at one slice of the known files.
	 *
	 * @param string $after What the slice before answered as `next`; '' to begin.
	 * @return array{scanned:int,next:?string} `next` is null after the last slice.
	 */
	public function scan( string $after, int $limit ): array {
		if ( ! $this->watches() ) {
			return [ 'scanned' => 0, 'next' => null ];
		}
		$slice = $this->table->slice( $after, $limit );
		$this->files->look( $slice['paths'], 'scan' );
		return [ 'scanned' => count( $slice['paths'] ), 'next' => $slice['next'] ];
	}

	/**
	 * Looks at the files of some attachments.
	 *
	 * @param int $after What the slice before answered as `next`; 0 to begin.
	 * @return array{attachments:array<int,string[]>,next:?int} Paths by attachment; `next` is null after the last slice.
	 */
	public function census( int $after, int $limit ): array {
		global $wpdb;
		if ( ! $this->watches() ) {
			return [ 'attachments' => [], 'next' => null ];
		}
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- a walk should not fill the object cache with what it sees once.
		$ids = array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE ID > %d AND post_type = 'attachment' AND post_mime_type LIKE %s ORDER BY ID LIMIT %d", $after, 'image/%', $limit ) ) );
		return [
			'attachments' => $ids ? $this->files->look_at_attachments( $ids ) : [],
			'next'        => count( $ids ) < $limit ? null : $ids[ count( $ids ) - 1 ],
		];
	}

	/** Whether files can be watched at all: an endpoint is known, and the uploads folder is on this machine. */
	private function watches(): bool {
		return $this->settings->is_active() && $this->uploads->is_local();
	}
}
