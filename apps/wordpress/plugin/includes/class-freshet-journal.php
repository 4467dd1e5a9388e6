<?php
/**
 * What happened to pictures and what became of it, read from the outbox: the one source of everything the admin shows.
 *
 * An event is `waiting` until the connector has it, `sent` until the connector says what became of it, and then what the
 * connector says: `received` and `invalidating` on the way, `done`, `nothing-to-do` or `failed` in the end.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- a table of our own, named by WordPress's prefix.

final class Freshet_Journal {
	const OUTCOMES       = [ 'received', 'invalidating', 'nothing-to-do', 'done', 'failed' ];
	const FINAL_OUTCOMES = [ 'nothing-to-do', 'done', 'failed' ];

	/** The question of each list of events(). */
	const STATES = [
		'all'     => '1 = 1',
		'waiting' => 'delivered_at = 0',
		'open'    => 'settled_at = 0',
		'failed'  => "outcome = 'failed'",
	];

	const COLUMNS = 'sequence, id, attachment_id, reason, files, created_at, attempts, next_at, delivered_at, outcome, outcome_at, settled_at, invalidation, remark';

	private Freshet_Outbox $outbox;

	public function __construct( Freshet_Outbox $outbox ) {
		$this->outbox = $outbox;
	}

	/**
	 * The newest event of each attachment, by one query.
	 *
	 * @param int[] $ids
	 * @return array<int,array> Attachment => entry; nothing for one that never changed.
	 */
	public function newest( array $ids ): array {
		global $wpdb;
		if ( ! $ids ) {
			return [];
		}
		$marks   = implode( ',', array_fill( 0, count( $ids ), '%d' ) );
		$table   = $this->outbox->table();
		$entries = [];
		// phpcs:ignore WordPress.DB -- only placeholders and names of this class are interpolated.
		foreach ( (array) $wpdb->get_results( $wpdb->prepare( 'SELECT ' . self::COLUMNS . " FROM $table WHERE sequence IN ( SELECT MAX(sequence) FROM $table WHERE attachment_id IN ($marks) GROUP BY attachment_id )", $ids ), ARRAY_A ) as $row ) {
			$entries[ (int) $row['attachment_id'] ] = self::entry( $row );
		}
		return $entries;
	}

	/**
	 * What happened to one attachment, newest first.
	 *
	 * @return array[]
	 */
	public function history( int $id, int $limit ): array {
		global $wpdb;
		// phpcs:ignore WordPress.DB -- names of this class.
		return array_map( [ self::class, 'entry' ], (array) $wpdb->get_results( $wpdb->prepare( 'SELECT ' . self::COLUMNS . " FROM {$this->outbox->table()} WHERE attachment_id = %d ORDER BY sequence DESC LIMIT %d", $id, $limit ), ARRAY_A ) );
	}

	/**
	 * Events of all attachments, newest first.
	 *
	 * @param string $state A key of STATES.
	 * @return array[]
	 */
	public function events( string $state, int $limit ): array {
		global $wpdb;
		// phpcs:ignore WordPress.DB -- names of this class.
		return array_map( [ self::class, 'entry' ], (array) $wpdb->get_results( $wpdb->prepare( 'SELECT ' . self::COLUMNS . " FROM {$this->outbox->table()} WHERE " . self::STATES[ $state ] . ' ORDER BY sequence DESC LIMIT %d', $limit ), ARRAY_A ) );
	}

	/**
	 * How many events are on their way, and since when.
	 *
	 * @return array{waiting:int,open:int,oldest:int,failed:int} `oldest` is when the oldest of the open ones happened, 0 for none;
	 *         `failed` counts attachments whose newest event failed.
	 */
	public function backlog(): array {
		global $wpdb;
		$table = $this->outbox->table();
		$open  = $wpdb->get_row( "SELECT COUNT(*) AS n, MIN(created_at) AS oldest FROM $table WHERE settled_at = 0" );
		// Failures are few: they are taken first, and then asked whether something came after them.
		$failed = $wpdb->get_col( "SELECT DISTINCT attachment_id FROM $table WHERE outcome = 'failed' LIMIT 1000" );
		$failed = array_filter(
			$this->newest( array_map( 'intval', $failed ) ),
			static function ( array $entry ): bool {
				return 'failed' === $entry['state'];
			}
		);
		return [
			'waiting' => $this->outbox->pending(),
			'open'    => (int) ( $open->n ?? 0 ),
			'oldest'  => (int) ( $open->oldest ?? 0 ),
			'failed'  => count( $failed ),
		];
	}

	/** @return array{sequence:int,id:string,attachment:int,reason:string,files:int,at:int,attempts:int,next_at:int,state:string,state_at:int,invalidations:string[],remark:string} */
	private static function entry( array $row ): array {
		$state = $row['outcome'] ?: ( $row['delivered_at'] ? 'sent' : 'waiting' );
		return [
			'sequence'      => (int) $row['sequence'],
			'id'            => $row['id'],
			'attachment'    => (int) $row['attachment_id'],
			'reason'        => $row['reason'],
			'files'         => (int) $row['files'],
			'at'            => (int) $row['created_at'],
			'attempts'      => (int) $row['attempts'],
			'next_at'       => (int) $row['next_at'],
			'state'         => $state,
			'state_at'      => (int) ( $row['outcome_at'] ?: ( $row['delivered_at'] ?: $row['created_at'] ) ),
			'invalidations' => array_values( array_filter( explode( ' ', $row['invalidation'] ) ) ),
			'remark'        => $row['remark'],
		];
	}
}
