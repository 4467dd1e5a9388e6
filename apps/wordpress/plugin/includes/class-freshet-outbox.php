<?php
/**
 * Events, stored before they are sent. A row stays after delivery, for the connector to pull, and keeps what became of
 * its event: this table is the journal that everything in the admin reads (Freshet_Journal).
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- a table of our own, named by WordPress's prefix.

final class Freshet_Outbox {
	const KEEP_SECONDS = 2592000; // 30 days.
	const KEEP_ROWS    = 10000;

	/** The wait before each repetition of a push; the last one repeats. */
	const BACKOFF_SECONDS = [ 60, 300, 1800, 7200, 21600, 86400 ];

	private Freshet_Uploads $uploads;

	public function __construct( Freshet_Uploads $uploads ) {
		$this->uploads = $uploads;
	}

	/**
	 * Stores one event.
	 *
	 * @param string $reason     'hook', 'stat', 'scan' or 'refresh'.
	 * @param array  $attachment From describe().
	 * @param array  $files      Rows of Freshet_File_Table: what each file is now.
	 */
	public function add( string $reason, array $attachment, array $files ): bool {
		global $wpdb;
		$id      = 'evt_' . bin2hex( random_bytes( 16 ) );
		$payload = [
			'id'         => $id,
			'at'         => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'reason'     => $reason,
			'attachment' => $attachment,
			'files'      => array_map(
				function ( array $file ): array {
					$is_gone = 'gone' === $file['state'];
					return [
						'url'     => $this->uploads->url_of( $file['path'] ),
						'sha256'  => $is_gone ? null : $file['sha256'],
						'version' => $is_gone ? null : $file['vh'],
					];
				},
				$files
			),
		];
		return (bool) $wpdb->query(
			$wpdb->prepare(
				"INSERT INTO {$this->table()} (id, payload, created_at, attachment_id, reason, files) VALUES (%s, %s, %d, %d, %s, %d)",
				$id,
				wp_json_encode( $payload, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE ),
				time(),
				$attachment['id'],
				$reason,
				count( $files )
			)
		);
	}

	/**
	 * What an event says of the attachment. A file that belongs to none has id 0 and its own path as title.
	 *
	 * @return array{id:int,title:string,link:string}
	 */
	public function describe( int $id, string $path = '' ): array {
		$post = $id ? get_post( $id ) : null;
		return [
			'id'    => $id,
			'title' => $post ? $post->post_title : $path,
			'link'  => admin_url( $id ? "post.php?post=$id&action=edit" : 'upload.php' ),
		];
	}

	/**
	 * Events in order, all greater than a sequence. Databases hand out numbers before they commit, so a number can turn up
	 * after a higher one: whoever pulls must not move past a gap at once.
	 *
	 * @return array[]
	 */
	public function after( int $sequence, int $limit ): array {
		global $wpdb;
		$rows = (array) $wpdb->get_results( $wpdb->prepare( "SELECT sequence, payload FROM {$this->table()} WHERE sequence > %d ORDER BY sequence LIMIT %d", $sequence, $limit ), ARRAY_A );
		return array_map( [ self::class, 'event' ], $rows );
	}

	/**
	 * Takes events that are due for a push, so that no other request sends them meanwhile.
	 *
	 * @return array<int,array{event:array,attempts:int}> Keyed by sequence.
	 */
	public function claim( int $limit, int $seconds ): array {
		global $wpdb;
		$now     = time();
		$rows    = (array) $wpdb->get_results( $wpdb->prepare( "SELECT sequence, payload, attempts, next_at FROM {$this->table()} WHERE delivered_at = 0 AND next_at <= %d ORDER BY sequence LIMIT %d", $now, $limit ), ARRAY_A );
		$claimed = [];
		foreach ( $rows as $row ) {
			$won = $wpdb->query( $wpdb->prepare( "UPDATE {$this->table()} SET next_at = %d WHERE sequence = %d AND next_at = %d AND delivered_at = 0", $now + $seconds, $row['sequence'], $row['next_at'] ) );
			if ( $won ) {
				$claimed[ (int) $row['sequence'] ] = [ 'event' => self::event( $row ), 'attempts' => (int) $row['attempts'] ];
			}
		}
		return $claimed;
	}

	/** @param int[] $sequences */
	public function delivered( array $sequences ): void {
		global $wpdb;
		$list = implode( ',', array_map( 'intval', $sequences ) );
		$wpdb->query( $wpdb->prepare( "UPDATE {$this->table()} SET delivered_at = %d, attempts = attempts + 1 WHERE sequence IN ($list)", time() ) ); // phpcs:ignore WordPress.DB -- integers.
	}

	/**
	 * Tries again later.
	 *
	 * @param array<int,array{attempts:int}> $claimed     From claim().
	 * @param int                            $retry_after Seconds the connector asked for; 0 for none.
	 */
	public function postpone( array $claimed, int $retry_after ): void {
		global $wpdb;
		foreach ( $claimed as $sequence => $taken ) {
			$wait = max( $retry_after, self::BACKOFF_SECONDS[ min( $taken['attempts'], count( self::BACKOFF_SECONDS ) - 1 ) ] );
			$wpdb->query( $wpdb->prepare( "UPDATE {$this->table()} SET attempts = attempts + 1, next_at = %d WHERE sequence = %d", time() + $wait, $sequence ) );
		}
	}

	/**
	 * The connector asks for events after this number, so it has everything up to it: nothing of that is pushed any more.
	 */
	public function acknowledge( int $sequence ): void {
		global $wpdb;
		$waits = $wpdb->get_var( $wpdb->prepare( "SELECT sequence FROM {$this->table()} WHERE delivered_at = 0 AND sequence <= %d LIMIT 1", $sequence ) );
		if ( $waits ) {
			$wpdb->query( $wpdb->prepare( "UPDATE {$this->table()} SET delivered_at = %d WHERE delivered_at = 0 AND sequence <= %d", time(), $sequence ) );
		}
	}

	/**
	 * Events of which it is not known what became of them, newest first.
	 *
	 * @return string[] Their ids.
	 */
	public function unsettled( int $limit ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT id FROM {$this->table()} WHERE settled_at = 0 ORDER BY sequence DESC LIMIT %d", $limit ) );
	}

	/**
	 * Writes down what became of an event. What is final stays, whatever comes later or again.
	 *
	 * @param array{event:string,outcome:string,at:int,invalidation:string,remark:string} $told
	 * @return bool Whether that was news.
	 */
	public function settle( array $told ): bool {
		global $wpdb;
		$is_final = in_array( $told['outcome'], Freshet_Journal::FINAL_OUTCOMES, true );
		$done     = $wpdb->query(
			$wpdb->prepare(
				"UPDATE {$this->table()} SET outcome = %s, outcome_at = %d, settled_at = %d, invalidation = %s, remark = %s, delivered_at = CASE WHEN delivered_at = 0 THEN %d ELSE delivered_at END
				WHERE id = %s AND settled_at = 0 AND outcome_at <= %d",
				$told['outcome'], $told['at'], $is_final ? $told['at'] : 0, $told['invalidation'], $told['remark'], time(), $told['event'], $told['at']
			)
		);
		return (bool) $done;
	}

	/** When the next event that waits is due for a push; null when none waits. */
	public function next_due(): ?int {
		global $wpdb;
		$next = $wpdb->get_var( "SELECT MIN(next_at) FROM {$this->table()} WHERE delivered_at = 0" );
		return null === $next ? null : (int) $next;
	}

	/** Makes everything that waits due now: the owner changed something that may help. */
	public function retry_all(): void {
		global $wpdb;
		$wpdb->query( "UPDATE {$this->table()} SET next_at = 0, attempts = 0 WHERE delivered_at = 0" );
	}

	/** The highest sequence; 0 before the first event. */
	public function head(): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT MAX(sequence) FROM {$this->table()}" );
	}

	/** How many events the connector does not have, as far as is known here. */
	public function pending(): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM {$this->table()} WHERE delivered_at = 0" );
	}

	/** Forgets old events. The newest row always stays: some databases would hand its number out again. */
	public function prune(): void {
		global $wpdb;
		$head = $this->head();
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$this->table()} WHERE sequence < %d AND ( created_at < %d OR sequence <= %d )", $head, time() - self::KEEP_SECONDS, $head - self::KEEP_ROWS ) );
	}

	private static function event( array $row ): array {
		$payload = json_decode( $row['payload'], true );
		return [ 'id' => $payload['id'], 'sequence' => (int) $row['sequence'] ] + $payload;
	}

	/** Name of the table on the blog that is current. */
	public function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'freshet_outbox';
	}
}
