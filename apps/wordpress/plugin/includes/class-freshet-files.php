<?php
/**
 * Which bytes each file has: one row a file, kept true by looking at the file itself.
 *
 * What changed is written together with its event in one transaction, and only by the request that wins the row: a
 * change is never recorded without being told, and not told twice.
 *
 * Rows of files that went away stay for a while, so that a file that comes back under the same name counts as changed.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Files {
	/** How much may be hashed while a visitor waits for the page. */
	const BUDGET_PAGE = 33554432;

	/** How much may be hashed in one go after a change in WordPress, or by the scheduled walk. */
	const BUDGET_WORK = 536870912;

	const ATTEMPTS = 3;

	private Freshet_Uploads $uploads;
	private Freshet_Outbox $outbox;

	public function __construct( Freshet_Uploads $uploads, Freshet_Outbox $outbox ) {
		$this->uploads = $uploads;
		$this->outbox  = $outbox;
	}

	/**
	 * The version of each file as it is now. Whatever changed since the last look is recorded, with an event.
	 *
	 * @param string[] $paths  Relative to the uploads folder.
	 * @param string   $reason 'hook' (WordPress said that these changed: their bytes are compared whatever stat() says, and
	 *                         a file never seen before counts as changed), 'stat' or 'scan'.
	 * @param array    $whose  For 'hook': the attachment {id, title, link}.
	 * @return array<string,string> Path => version; '' when the bytes are not known yet; nothing for a file that is not there.
	 */
	public function look( array $paths, string $reason, ?array $whose = null ): array {
		$paths    = array_unique( $paths );
		$budget   = 'stat' === $reason ? self::BUDGET_PAGE : self::BUDGET_WORK;
		$spent    = 0;
		$versions = [];
		$changes  = [];
		$rows     = $this->rows( $paths );
		foreach ( $paths as $path ) {
			$row  = $rows[ $path ] ?? null;
			$file = $this->uploads->file_of( $path );
			$stat = Freshet_Bytes::stat( $file );
			if ( null === $stat ) {
				if ( $row ? 'gone' !== $row['state'] : 'hook' === $reason ) {
					$changes[] = self::change( $path, $row, [ 'state' => 'gone', 'sha256' => '', 'vh' => '' ], true );
				}
				continue;
			}
			$same = $row && 'known' === $row['state'] && Freshet_Bytes::same_stat( $row, $stat );
			if ( $same && 'hook' !== $reason && ! Freshet_Bytes::is_racy( $row ) ) {
				$versions[ $path ] = $row['vh'];
				continue;
			}
			if ( $spent + $stat['size'] > $budget && ( $spent > 0 || 'stat' === $reason ) ) {
				$versions[ $path ] = $same ? $row['vh'] : '';
				if ( ! $row || 'known' === $row['state'] ) {
					$this->put_off( $path, $row, $stat );
				}
				continue;
			}
			$spent += $stat['size'];
			$read   = Freshet_Bytes::read( $file, $stat );
			if ( null === $read ) {
				continue; // Went away or became unreadable in between; the next look sees it.
			}
			$versions[ $path ] = $read['vh'];
			$is_new            = ! $row || ( 'pending' === $row['state'] && '' === $row['sha256'] && Freshet_Bytes::same_stat( $row, $stat ) );
			$is_changed        = $is_new ? 'hook' === $reason : $row['sha256'] !== $read['sha256'];
			$changes[]         = self::change( $path, $row, $read, $is_changed );
		}
		$this->record( $changes, $reason, $whose );
		return $versions;
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
	 * The files that were last seen belonging to an attachment.
	 *
	 * @return string[]
	 */
	public function paths_of_attachment( int $id ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT path FROM {$this->table()} WHERE attachment_id = %d AND state <> 'gone'", $id ) );
	}

	/** Forgets files that have been gone for so long that no cache remembers them. */
	public function forget_gone( int $before ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$this->table()} WHERE state = 'gone' AND seen < %d", $before ) );
	}

	/**
	 * Writes what was found and queues one event for each attachment, all or nothing.
	 *
	 * @param array[] $changes From change().
	 */
	private function record( array $changes, string $reason, ?array $whose ): void {
		if ( ! $changes ) {
			return;
		}
		// The same order in every request: two that meet wait for each other instead of locking each other out.
		usort(
			$changes,
			static function ( array $a, array $b ): int {
				return strcmp( $a['row']['path_hash'], $b['row']['path_hash'] );
			}
		);
		foreach ( $changes as $i => $change ) {
			if ( $whose ) {
				$changes[ $i ]['row']['attachment_id'] = $whose['id'];
			} elseif ( $change['told'] && 0 === $change['row']['attachment_id'] ) {
				$changes[ $i ]['row']['attachment_id'] = $this->uploads->attachment_of( $change['row']['path'] );
			}
		}
		// A database may refuse one of two that meet. What WordPress itself announced is announced only once: try again.
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$told = $this->write_all( $changes, $reason, $whose );
			if ( null !== $told ) {
				break;
			}
			usleep( 20000 * $attempt );
		}
		if ( $told ) {
			/** Events were stored. */
			do_action( 'freshet_changes_recorded' );
		}
	}

	/**
	 * @return int|null Number of events stored; null when nothing was written, so that another look finds it all again.
	 */
	private function write_all( array $changes, string $reason, ?array $whose ): ?int {
		global $wpdb;
		$told = [];
		$wpdb->query( 'START TRANSACTION' );
		foreach ( $changes as $change ) {
			$won = $this->write( $change['row'], $change['revision'] );
			if ( false === $won ) {
				$wpdb->query( 'ROLLBACK' );
				return null;
			}
			if ( $won && $change['told'] ) {
				$told[ $change['row']['attachment_id'] ][] = $change['row'];
			}
		}
		foreach ( $told as $id => $files ) {
			if ( ! $this->outbox->add( $reason, $whose ?? $this->outbox->describe( $id, $files[0]['path'] ), $files ) ) {
				$wpdb->query( 'ROLLBACK' );
				return null;
			}
		}
		return false === $wpdb->query( 'COMMIT' ) ? null : count( $told );
	}

	/**
	 * Writes one row if nobody else wrote it since it was read.
	 *
	 * @return bool|null|false True when written, null when another request was first, false when the database failed.
	 */
	private function write( array $row, int $revision ) {
		global $wpdb;
		if ( 0 === $revision ) {
			$done = $wpdb->query(
				$wpdb->prepare(
					"INSERT IGNORE INTO {$this->table()} (path_hash, attachment_id, path, state, mtime, ctime, inode, size, sha256, vh, hashed_at, seen) VALUES (%s, %d, %s, %s, %d, %d, %d, %d, %s, %s, %d, %d)",
					$row['path_hash'], $row['attachment_id'], $row['path'], $row['state'], $row['mtime'], $row['ctime'], $row['inode'], $row['size'], $row['sha256'], $row['vh'], $row['hashed_at'], time()
				)
			);
		} else {
			$done = $wpdb->query(
				$wpdb->prepare(
					"UPDATE {$this->table()} SET attachment_id = %d, state = %s, mtime = %d, ctime = %d, inode = %d, size = %d, sha256 = %s, vh = %s, hashed_at = %d, seen = %d, revision = revision + 1 WHERE path_hash = %s AND revision = %d",
					$row['attachment_id'], $row['state'], $row['mtime'], $row['ctime'], $row['inode'], $row['size'], $row['sha256'], $row['vh'], $row['hashed_at'], time(), $row['path_hash'], $revision
				)
			);
		}
		return false === $done ? false : ( $done > 0 ? true : null );
	}

	/** Too big to hash now. The stat of this moment is kept, so that a change until then is not missed. */
	private function put_off( string $path, ?array $row, array $stat ): void {
		$found = $row ? [ 'state' => 'pending' ] : $stat + [ 'state' => 'pending' ];
		$later = self::change( $path, $row, $found, false );
		$this->write( $later['row'], $later['revision'] );
	}

	/**
	 * @return array<string,array> Path => row.
	 */
	private function rows( array $paths ): array {
		global $wpdb;
		$rows = [];
		foreach ( array_chunk( array_values( array_unique( $paths ) ), 500 ) as $chunk ) {
			$marks = implode( ',', array_fill( 0, count( $chunk ), '%s' ) );
			// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
			$found = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$this->table()} WHERE path_hash IN ($marks)", array_map( 'sha1', $chunk ) ), ARRAY_A );
			foreach ( (array) $found as $row ) {
				foreach ( [ 'attachment_id', 'mtime', 'ctime', 'inode', 'size', 'hashed_at', 'revision' ] as $number ) {
					$row[ $number ] = (int) $row[ $number ];
				}
				$rows[ $row['path'] ] = $row;
			}
		}
		return $rows;
	}

	/** One row to write: what was known, with what was found laid over it. */
	private static function change( string $path, ?array $row, array $found, bool $told ): array {
		$blank = [
			'path_hash'     => sha1( $path ),
			'attachment_id' => 0,
			'path'          => $path,
			'state'         => 'known',
			'mtime'         => 0,
			'ctime'         => 0,
			'inode'         => 0,
			'size'          => 0,
			'sha256'        => '',
			'vh'            => '',
			'hashed_at'     => 0,
		];
		return [ 'row' => $found + ( $row ?? [] ) + $blank, 'revision' => $row ? $row['revision'] : 0, 'told' => $told ];
	}

	private function table(): string {
		global $wpdb;
		return $wpdb->prefix . 'freshet_files';
	}
}
