<?php
/**
 * Which bytes each file has, found out by looking at the file itself.
 *
 * A file that was overwritten seldom was the only one: one change makes all files of its attachment be looked at, and
 * they are told in one event. A page does not wait for that: what it found is told when it has been sent. Should the
 * request break off before, nothing is recorded, and the next look finds it again.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Files {
	/** How much may be hashed while a visitor waits for the page, and again when the page has been sent. */
	const BUDGET_PAGE = 33554432;

	/** How much may be hashed in one go after a change in WordPress, or by the scheduled walk. */
	const BUDGET_WORK = 536870912;

	private Freshet_Uploads $uploads;
	private Freshet_File_Table $table;

	/** @var array<string,array> Changes that pages of this request found and nobody has told yet, by path. */
	private array $found = [];
	private bool $is_sent = false;

	/** @var array<string,array{int,int}> Width and height of the files looked at, by path. */
	private array $sizes = [];

	public function __construct( Freshet_Uploads $uploads, Freshet_File_Table $table ) {
		$this->uploads = $uploads;
		$this->table   = $table;
	}

	public function listen(): void {
		// After WordPress's own flush of output buffers, in which pages are rewritten, and after the watcher: what it tells
		// need not be told again. Before the push.
		add_action( 'shutdown', [ $this, 'end' ], 900 );
	}

	/**
	 * The version of each file as it is now. Whatever changed since the last look is recorded, with an event: for 'stat' by
	 * tell() at the end of the request, otherwise at once.
	 *
	 * @param string[] $paths  Relative to the uploads folder.
	 * @param string   $reason 'hook' (WordPress said that these changed: their bytes are compared whatever stat() says, and
	 *                         a file never seen before counts as changed), 'stat' or 'scan'.
	 * @param array    $whose  For 'hook': the attachment {id, title, link}, of which `$paths` are all files.
	 * @return array<string,string> Path => version; '' when the bytes are not known yet; nothing for a file that is not there.
	 */
	public function look( array $paths, string $reason, ?array $whose = null ): array {
		$spent                  = 0;
		[ $versions, $changes ] = $this->compare( $paths, $whose ? array_fill_keys( $paths, $whose['id'] ) : [], $reason, $spent );
		if ( 'stat' === $reason ) {
			$told        = array_filter( $changes, [ self::class, 'is_told' ] );
			$this->found = $told + $this->found;
			$changes     = array_diff_key( $changes, $told );
		} elseif ( 'scan' === $reason ) {
			$changes = $this->complete( $changes, $reason, $spent );
		}
		$this->table->store( $changes, $reason, $whose );
		if ( $this->is_sent ) {
			$this->tell(); // A buffer that is flushed later than usual: nothing may come after it.
		}
		return $versions;
	}

	/**
	 * The size of a picture whose bytes are known since a look in this request.
	 *
	 * @return array{int,int}|null Width and height; null when they are not known.
	 */
	public function size_of( string $path ): ?array {
		$size = $this->sizes[ $path ] ?? [ 0, 0 ];
		return $size[0] > 0 && $size[1] > 0 ? $size : null;
	}

	/** Tells what pages found, and what else changed of the same attachments. */
	public function tell(): void {
		$found       = $this->found;
		$this->found = [];
		$spent       = 0;
		$this->table->store( $this->complete( $found, 'stat', $spent ), 'stat', null );
	}

	/** Lets the visitor go, and does what pages left to do. */
	public function end(): void {
		$this->is_sent = true;
		if ( $this->found ) {
			Freshet_Answer::send();
			$this->tell();
		}
	}

	/**
	 * Every file that an attachment has by its metadata, or was last seen with.
	 *
	 * @return string[]
	 */
	public function paths_of_attachment( int $id ): array {
		return array_values( array_unique( array_merge( $this->uploads->paths_of_attachment( $id ), $this->table->paths_of_attachment( $id ) ) ) );
	}

	/**
	 * Compares files with what is known of them.
	 *
	 * @param array<string,int> $whose Path => attachment, where that is known.
	 * @param int               $spent Bytes hashed so far in this go; grows.
	 * @return array{array<string,string>,array<string,array>} Versions as look() gives them, and what to write, by path.
	 */
	private function compare( array $paths, array $whose, string $reason, int &$spent ): array {
		$paths    = array_unique( $paths );
		$budget   = 'stat' === $reason ? self::BUDGET_PAGE : self::BUDGET_WORK;
		$versions = [];
		$changes  = [];
		$rows     = $this->table->rows( $paths );
		foreach ( $paths as $path ) {
			$row  = $rows[ $path ] ?? null;
			$file = $this->uploads->file_of( $path );
			$stat = Freshet_Bytes::stat( $file );
			$ours = isset( $whose[ $path ] ) ? [ 'attachment_id' => $whose[ $path ] ] : [];
			if ( null === $stat ) {
				if ( $row ? 'gone' !== $row['state'] : 'hook' === $reason ) {
					$changes[ $path ] = Freshet_File_Table::change( $path, $row, $ours + [ 'state' => 'gone', 'sha256' => '', 'vh' => '' ], true );
				}
				continue;
			}
			$same = $row && 'known' === $row['state'] && Freshet_Bytes::same_stat( $row, $stat );
			if ( $same && 'hook' !== $reason && ! Freshet_Bytes::is_racy( $row ) ) {
				$versions[ $path ]    = $row['vh'];
				$this->sizes[ $path ] = [ $row['width'], $row['height'] ];
				continue;
			}
			if ( $spent + $stat['size'] > $budget && ( $spent > 0 || 'stat' === $reason ) ) {
				$versions[ $path ] = $same ? $row['vh'] : '';
				if ( ! $row || 'known' === $row['state'] ) {
					$this->put_off( $path, $row, $ours, $stat );
				}
				continue;
			}
			$spent += $stat['size'];
			$read   = Freshet_Bytes::read( $file, $stat );
			if ( null === $read ) {
				continue; // Went away or became unreadable in between; the next look sees it.
			}
			$versions[ $path ]    = $read['vh'];
			$this->sizes[ $path ] = [ $read['width'], $read['height'] ];

			$is_new            = ! $row || ( 'pending' === $row['state'] && '' === $row['sha256'] && Freshet_Bytes::same_stat( $row, $stat ) );
			$is_changed        = $is_new ? 'hook' === $reason : $row['sha256'] !== $read['sha256'];
			$changes[ $path ]  = Freshet_File_Table::change( $path, $row, $ours + $read, $is_changed );
		}
		return [ $versions, $changes ];
	}

	/**
	 * The changes with their attachments, and with what is found at the other files of these.
	 *
	 * @param array<string,array> $changes By path.
	 * @param int                 $spent   Bytes hashed so far in this go; grows.
	 * @return array<string,array>
	 */
	private function complete( array $changes, string $reason, int &$spent ): array {
		$met   = [];
		$whose = []; // Path => attachment, for all files of the attachments met.
		foreach ( array_filter( $changes, [ self::class, 'is_told' ] ) as $path => $change ) {
			$id = $change['row']['attachment_id'] ?: ( $whose[ $path ] ?? $this->uploads->attachment_of( $path ) );

			$changes[ $path ]['row']['attachment_id'] = $id;
			if ( $id && ! isset( $met[ $id ] ) ) {
				$met[ $id ] = true;
				$whose     += array_fill_keys( $this->paths_of_attachment( $id ), $id );
			}
		}
		[ , $others ] = $this->compare( array_keys( array_diff_key( $whose, $changes ) ), $whose, $reason, $spent );
		return $changes + $others;
	}

	/** Too big to hash now. The stat of this moment is kept, so that a change until then is not missed. */
	private function put_off( string $path, ?array $row, array $ours, array $stat ): void {
		$found = [ 'state' => 'pending' ] + $ours + ( $row ? [] : $stat );
		$this->table->put( Freshet_File_Table::change( $path, $row, $found, false ) );
	}

	private static function is_told( array $change ): bool {
		return $change['told'];
	}
}
