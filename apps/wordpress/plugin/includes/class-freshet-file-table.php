<?php
/**
 * What is known of each file: one row a file, and the one way to change it.
 *
 * What changed is written together with its event in one transaction, and only by the request that wins the row: a
 * change is never recorded without being told, and not told twice.
 *
 * A file that somebody merely came across is recorded without an event, and `quiet_at` says when that was: WordPress may
 * be about to announce it in a request that is still going on. It is 0 once an event told the file, or has to.
 *
 * Rows of files that went away stay for a while, so that a file that comes back under the same name counts as changed.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- a table of our own, named by WordPress's prefix.

final class Freshet_File_Table {
	const ATTEMPTS = 3;
	const COLUMNS  = '(path_hash, attachment_id, path, state, mtime, ctime, inode, size, width, height, sha256, vh, hashed_at, seen, quiet_at, revision)';

	/** Rows that one query writes. */
	const AT_ONCE = 200;

	private Freshet_Outbox $outbox;

	public function __construct( Freshet_Outbox $outbox ) {
		$this->outbox = $outbox;
	}

	/**
	 * What is known of files.
	 *
	 * @return array<string,array> Path => row; nothing for a file never seen.
	 */
	public function rows( array $paths ): array {
		global $wpdb;
		$rows = [];
		foreach ( array_chunk( array_values( array_unique( $paths ) ), 500 ) as $chunk ) {
			$marks = implode( ',', array_fill( 0, count( $chunk ), '%s' ) );
			// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
			$found = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$this->table()} WHERE path_hash IN ($marks)", array_map( 'sha1', $chunk ) ), ARRAY_A );
			foreach ( (array) $found as $row ) {
				foreach ( [ 'attachment_id', 'mtime', 'ctime', 'inode', 'size', 'width', 'height', 'hashed_at', 'quiet_at', 'revision' ] as $number ) {
					$row[ $number ] = (int) $row[ $number ];
				}
				$rows[ $row['path'] ] = $row;
			}
		}
		return $rows;
	}

	/**
	 * A slice of the known files, in a stable order; those put off come in every slice.
	 *
	 * @param string $after The last path hash of the slice before; '' to begin.
	 * @return array{paths:string[],next:?string}
	 */
	public function slice( string $after, int $limit ): array {
		global $wpdb;
		$rows    = $wpdb->get_results( $wpdb->prepare( "SELECT path_hash, path FROM {$this->table()} WHERE path_hash > %s AND state <> 'gone' ORDER BY path_hash LIMIT %d", $after, $limit ), ARRAY_A );
		$pending = $wpdb->get_col( "SELECT path FROM {$this->table()} WHERE state = 'pending' LIMIT 50" );
		$next    = count( $rows ) < $limit ? null : $rows[ count( $rows ) - 1 ]['path_hash'];
		return [ 'paths' => array_values( array_unique( array_merge( $pending, array_column( $rows, 'path' ) ) ) ), 'next' => $next ];
	}

	/**
	 * The files that were last seen belonging to attachments.
	 *
	 * @param int[] $ids
	 * @return array<int,string[]>
	 */
	public function paths_of_attachments( array $ids ): array {
		global $wpdb;
		$paths = [];
		foreach ( array_chunk( $ids, 500 ) as $chunk ) {
			$marks = implode( ',', array_fill( 0, count( $chunk ), '%d' ) );
			// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
			foreach ( (array) $wpdb->get_results( $wpdb->prepare( "SELECT attachment_id, path FROM {$this->table()} WHERE attachment_id IN ($marks) AND state <> 'gone'", $chunk ) ) as $row ) {
				$paths[ (int) $row->attachment_id ][] = $row->path;
			}
		}
		return $paths;
	}

	/**
	 * The attachments that files were last seen belonging to.
	 *
	 * @return array<string,int> Path => attachment, 0 for none; nothing for a file never seen.
	 */
	public function owners( array $paths ): array {
		return array_map(
			static function ( array $row ): int {
				return $row['attachment_id'];
			},
			$paths ? $this->rows( $paths ) : []
		);
	}

	/** How many files are known, and how many wait to be read because they were too big to be read at once. */
	public function counts(): array {
		global $wpdb;
		$counts = [ 'known' => 0, 'pending' => 0, 'gone' => 0 ];
		foreach ( (array) $wpdb->get_results( "SELECT state, COUNT(*) AS n FROM {$this->table()} GROUP BY state" ) as $row ) {
			$counts[ $row->state ] = (int) $row->n;
		}
		return $counts;
	}

	/** Forgets files that have been gone for so long that no cache remembers them. */
	public function forget_gone( int $before ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$this->table()} WHERE state = 'gone' AND seen < %d", $before ) );
	}

	/** One row to write: what was known, with what was found laid over it. */
	public static function change( string $path, ?array $row, array $found, bool $told ): array {
		$blank = [
			'path_hash'     => sha1( $path ),
			'attachment_id' => 0,
			'path'          => $path,
			'state'         => 'known',
			'mtime'         => 0,
			'ctime'         => 0,
			'inode'         => 0,
			'size'          => 0,
			'width'         => 0,
			'height'        => 0,
			'sha256'        => '',
			'vh'            => '',
			'hashed_at'     => 0,
			'quiet_at'      => time(),
		];
		$new     = ( $told ? [ 'quiet_at' => 0 ] : [] ) + $found + ( $row ?? [] ) + $blank;
		$is_same = $row && ! $told && [] === array_diff_assoc( [ 'hashed_at' => 0 ] + $new, [ 'hashed_at' => 0 ] + $row );
		return [ 'row' => $new, 'revision' => $row ? $row['revision'] : 0, 'told' => $told, 'is_same' => $is_same ];
	}

	/**
	 * Writes what was found and queues one event for each attachment, all or nothing.
	 *
	 * @param array[]    $changes From change().
	 * @param string     $reason  'hook', 'stat', 'scan' or 'refresh'.
	 * @param array|null $whose   The attachment {id, title, link} all of them belong to, where that is known.
	 * @return string[]|null Paths that were to be told and that another request recorded first; null when the database refused
	 *                       and nothing is written.
	 */
	public function store( array $changes, string $reason, ?array $whose ): ?array {
		if ( ! $changes ) {
			return [];
		}
		// The same order in every request: two that meet wait for each other instead of locking each other out.
		usort(
			$changes,
			static function ( array $a, array $b ): int {
				return strcmp( $a['row']['path_hash'], $b['row']['path_hash'] );
			}
		);
		// A database may refuse one of two that meet. What WordPress itself announced is announced only once: try again.
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$done = $this->write_all( $changes, $reason, $whose );
			if ( null !== $done ) {
				break;
			}
			usleep( 20000 * $attempt );
		}
		if ( $done && $done['events'] > 0 ) {
			/** Events were stored. */
			do_action( 'freshet_changes_recorded' );
		}
		return $done ? $done['lost'] : null;
	}

	/**
	 * @return array{events:int,lost:string[]}|null Events stored, and paths that another request recorded first; null when
	 *                                              nothing was written.
	 */
	private function write_all( array $changes, string $reason, ?array $whose ): ?array {
		global $wpdb;
		$told = [];
		$lost = [];
		// Without a transaction each row would stay, whatever happens to its event.
		if ( false === $wpdb->query( 'START TRANSACTION' ) ) {
			return null;
		}
		if ( ! $this->write_quiet( $changes ) ) {
			$wpdb->query( 'ROLLBACK' );
			return null;
		}
		foreach ( $changes as $change ) {
			// A refresh tells what is there, whoever else has just looked at it.
			$won = $this->write( $change['row'], $change['revision'], 'refresh' === $reason );
			if ( false === $won ) {
				$wpdb->query( 'ROLLBACK' );
				return null;
			}
			if ( $won ) {
				$told[ $change['row']['attachment_id'] ][] = $change['row'];
			} else {
				$lost[] = $change['row']['path'];
			}
		}
		foreach ( $told as $id => $files ) {
			if ( ! $this->outbox->add( $reason, $whose ?? $this->outbox->describe( $id, $files[0]['path'] ), $files ) ) {
				$wpdb->query( 'ROLLBACK' );
				return null;
			}
		}
		return false === $wpdb->query( 'COMMIT' ) ? null : [ 'events' => count( $told ), 'lost' => $lost ];
	}

	/**
	 * Writes, many with one query, what is not told: files never seen before, and files that proved to be what they were,
	 * perhaps under other times. A page or a `chmod` of everything can bring hundreds. Takes them out of what is left to write.
	 *
	 * @param array[] $changes From change(); shrinks.
	 * @return bool False when the database failed.
	 */
	private function write_quiet( array &$changes ): bool {
		global $wpdb;
		$quiet   = array_filter(
			$changes,
			static function ( array $change ): bool {
				return ! $change['told'];
			}
		);
		$changes = array_diff_key( $changes, $quiet );
		$same    = array_filter( $quiet, [ self::class, 'is_same' ] );
		foreach ( array_chunk( $same, self::AT_ONCE ) as $chunk ) {
			$hashed = min( array_map( [ self::class, 'hashed_at' ], $chunk ) );
			// phpcs:ignore WordPress.DB -- which() prepares.
			if ( false === $wpdb->query( $wpdb->prepare( "UPDATE {$this->table()} SET hashed_at = %d, seen = %d, revision = revision + 1 WHERE ", $hashed, time() ) . self::which( $chunk ) ) ) {
				return false;
			}
		}
		foreach ( array_chunk( array_diff_key( $quiet, $same ), self::AT_ONCE ) as $chunk ) {
			$known = array_filter( array_column( $chunk, 'revision' ) );
			// Rows that somebody else wrote meanwhile are of another revision: they are not deleted, and not written again.
			if ( $known && false === $wpdb->query( "DELETE FROM {$this->table()} WHERE " . self::which( $chunk ) ) ) { // phpcs:ignore WordPress.DB -- which() prepares.
				return false;
			}
			$values = implode( ', ', array_map( [ self::class, 'values' ], $chunk ) );
			if ( false === $wpdb->query( "INSERT IGNORE INTO {$this->table()} " . self::COLUMNS . " VALUES $values" ) ) { // phpcs:ignore WordPress.DB -- values() prepares.
				return false;
			}
		}
		return true;
	}

	/** A condition for rows that are as they were when they were read. */
	private static function which( array $changes ): string {
		global $wpdb;
		$which = [];
		foreach ( $changes as $change ) {
			$which[] = $wpdb->prepare( '( path_hash = %s AND revision = %d )', $change['row']['path_hash'], $change['revision'] );
		}
		return implode( ' OR ', $which );
	}

	private static function is_same( array $change ): bool {
		return $change['is_same'] && $change['row']['hashed_at'] > 0;
	}

	private static function hashed_at( array $change ): int {
		return $change['row']['hashed_at'];
	}

	private static function values( array $change ): string {
		global $wpdb;
		$row = $change['row'];
		return $wpdb->prepare(
			'(%s, %d, %s, %s, %d, %d, %d, %d, %d, %d, %s, %s, %d, %d, %d, %d)',
			$row['path_hash'], $row['attachment_id'], $row['path'], $row['state'], $row['mtime'], $row['ctime'], $row['inode'], $row['size'], $row['width'], $row['height'], $row['sha256'], $row['vh'], $row['hashed_at'], time(), $row['quiet_at'], $change['revision'] + 1
		);
	}

	/**
	 * Writes one row if nobody else wrote it since it was read, or whoever did.
	 *
	 * @return bool|null|false True when written, null when another request was first, false when the database failed.
	 */
	private function write( array $row, int $revision, bool $is_forced ) {
		global $wpdb;
		$done = 0;
		if ( 0 === $revision ) {
			$done = $wpdb->query( "INSERT IGNORE INTO {$this->table()} " . self::COLUMNS . ' VALUES ' . self::values( [ 'row' => $row, 'revision' => 0 ] ) ); // phpcs:ignore WordPress.DB -- prepared by values().
		}
		if ( 0 === $done && ( $revision > 0 || $is_forced ) ) {
			$done = $wpdb->query(
				$wpdb->prepare(
					"UPDATE {$this->table()} SET attachment_id = %d, state = %s, mtime = %d, ctime = %d, inode = %d, size = %d, width = %d, height = %d, sha256 = %s, vh = %s, hashed_at = %d, seen = %d, quiet_at = %d, revision = revision + 1 WHERE path_hash = %s AND ( revision = %d OR 1 = %d )",
					$row['attachment_id'], $row['state'], $row['mtime'], $row['ctime'], $row['inode'], $row['size'], $row['width'], $row['height'], $row['sha256'], $row['vh'], $row['hashed_at'], time(), $row['quiet_at'], $row['path_hash'], $revision, (int) $is_forced
				)
			);
		}
		return false === $done ? false : ( $done > 0 ? true : null );
	}

	private function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'freshet_files';
	}
}
