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

	/** How often files are looked at again because another request came in between. */
	const ATTEMPTS = 3;

	/** What is kept of a file that was announced and is too big to be read now: the look that reads it tells it. */
	const DUE = [ 'sha256' => '', 'vh' => '', 'quiet_at' => 0 ];

	private Freshet_Uploads $uploads;
	private Freshet_File_Table $table;

	/** @var array<int,array<string,array>> Changes that pages of this request found and nobody has told yet, by blog and path. */
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
	 * @param string   $reason 'stat' or 'scan'. A file never seen before is no change.
	 * @return array<string,string> Path => version; '' when the bytes are not known yet; nothing for a file that is not there.
	 */
	public function look( array $paths, string $reason ): array {
		$spent                  = 0;
		[ $versions, $changes ] = $this->compare( $paths, [], $reason, $spent );
		if ( 'stat' === $reason ) {
			$blog                 = get_current_blog_id();
			$told                 = array_filter( $changes, [ self::class, 'is_told' ] );
			$this->found[ $blog ] = $told + ( $this->found[ $blog ] ?? [] );
			$changes              = array_diff_key( $changes, $told );
		} else {
			$changes = $this->complete( $changes, $reason, $spent );
		}
		$this->table->store( $changes, $reason, null );
		if ( $this->is_sent ) {
			$this->tell(); // A buffer that is flushed later than usual: nothing may come after it.
		}
		return $versions;
	}

	/**
	 * Looks at all files of an attachment that somebody says have changed: their bytes are compared whatever stat() says.
	 *
	 * @param string[] $paths  Relative to the uploads folder.
	 * @param string   $reason 'hook' (WordPress said so: a file never seen before counts as changed, and so does one that was
	 *                         merely come across since `$since`) or 'refresh' (all of them are told).
	 * @param array    $whose  The attachment {id, title, link}.
	 * @param int      $since  When whoever says so began with it.
	 * @return bool False when something of it could not be recorded: nobody else would tell a new file.
	 */
	public function announce( array $paths, string $reason, array $whose, int $since ): bool {
		for ( $attempt = 1; $paths && $attempt <= self::ATTEMPTS; $attempt++ ) {
			$spent         = 0;
			[ , $changes ] = $this->compare( $paths, array_fill_keys( $paths, $whose['id'] ), $reason, $spent, $since );
			// What another request was faster with may be recorded without an event now.
			$paths = $this->table->store( $changes, $reason, $whose );
		}
		return [] === $paths;
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
		$found       = array_filter( $this->found );
		$this->found = [];
		foreach ( $found as $blog => $changes ) {
			Freshet_Blogs::in(
				$blog,
				function () use ( $changes ): void {
					$spent = 0;
					$this->table->store( $this->complete( $changes, 'stat', $spent ), 'stat', null );
				}
			);
		}
	}

	/** Lets the visitor go, and does what pages left to do. */
	public function end(): void {
		$this->is_sent = true;
		if ( array_filter( $this->found ) ) {
			Freshet_Answer::send();
			$this->tell();
		}
	}

	/**
	 * Every file that an attachment has by its metadata, was last seen with, or has beside these on the disk.
	 *
	 * @return string[]
	 */
	public function paths_of_attachment( int $id ): array {
		return $this->paths_of_attachments( [ $id => $this->uploads->paths_of_attachment( $id ) ] )[ $id ];
	}

	/**
	 * The same for many at once.
	 *
	 * @param array<int,string[]> $listed What the metadata of each lists.
	 * @return array<int,string[]>
	 */
	private function paths_of_attachments( array $listed ): array {
		$seen   = $this->table->paths_of_attachments( array_keys( $listed ) );
		$beside = array_map( [ $this->uploads, 'siblings' ], $listed );
		$owners = $this->table->owners( array_merge( [], ...array_values( $beside ) ) );
		$all    = [];
		foreach ( $listed as $id => $own ) {
			// `hat.webp` may be a picture of its own beside `hat.jpg`.
			$ours       = array_filter(
				$beside[ $id ],
				static function ( string $path ) use ( $owners, $id ): bool {
					return in_array( $owners[ $path ] ?? 0, [ 0, $id ], true );
				}
			);
			$all[ $id ] = array_values( array_unique( array_merge( $own, $seen[ $id ] ?? [], $ours ) ) );
		}
		return $all;
	}

	/**
	 * Looks at every file of some attachments, and comes to know those never seen.
	 *
	 * @param int[] $ids
	 * @return array<int,string[]> Attachment => paths.
	 */
	public function look_at_attachments( array $ids ): array {
		$paths = $this->paths_of_attachments( $this->uploads->paths_of_attachments( $ids ) );
		$whose = [];
		foreach ( $paths as $id => $own ) {
			$whose += array_fill_keys( $own, $id );
		}
		$spent       = 0;
		[ , $found ] = $this->compare( array_keys( $whose ), $whose, 'scan', $spent );
		$this->table->store( $this->complete( $found, 'scan', $spent ), 'scan', null );
		return $paths;
	}

	/**
	 * Compares files with what is known of them.
	 *
	 * @param array<string,int> $whose Path => attachment, where that is known.
	 * @param int               $spent Bytes hashed so far in this go; grows.
	 * @param int               $since For 'hook': see announce().
	 * @return array{array<string,string>,array<string,array>} Versions as look() gives them, and what to write, by path.
	 */
	private function compare( array $paths, array $whose, string $reason, int &$spent, int $since = 0 ): array {
		$paths    = array_unique( $paths );
		$budget   = 'stat' === $reason ? self::BUDGET_PAGE : self::BUDGET_WORK;
		$versions = [];
		$changes  = [];
		$rows     = $this->table->rows( $paths );
		$is_asked = in_array( $reason, [ 'hook', 'refresh' ], true );
		foreach ( $paths as $path ) {
			$row  = $rows[ $path ] ?? null;
			$file = $this->uploads->file_of( $path );
			$stat = Freshet_Bytes::stat( $file );
			$ours = isset( $whose[ $path ] ) ? [ 'attachment_id' => $whose[ $path ] ] : [];
			if ( null === $stat ) {
				if ( $is_asked && ( 'refresh' === $reason || ! $row ) || ( $row && 'gone' !== $row['state'] ) ) {
					$changes[ $path ] = Freshet_File_Table::change( $path, $row, $ours + [ 'state' => 'gone', 'sha256' => '', 'vh' => '' ], true );
				}
				continue;
			}
			// Nobody told it, or read it to the end, before it was announced.
			$is_unheard = 'hook' === $reason && ( ! $row || ( $row['quiet_at'] > 0 && ( '' === $row['sha256'] || $row['quiet_at'] >= $since ) ) );
			$same       = $row && 'known' === $row['state'] && Freshet_Bytes::same_stat( $row, $stat );
			if ( $same && ! $is_asked && ! Freshet_Bytes::is_racy( $row ) ) {
				$versions[ $path ]    = $row['vh'];
				$this->sizes[ $path ] = [ $row['width'], $row['height'] ];
				if ( $ours && 0 === $row['attachment_id'] ) {
					$changes[ $path ] = Freshet_File_Table::change( $path, $row, $ours, false );
				}
				continue;
			}
			if ( $spent + $stat['size'] > $budget && ( $spent > 0 || 'stat' === $reason ) ) {
				$versions[ $path ] = $same ? $row['vh'] : '';
				if ( ! $row || 'known' === $row['state'] || $is_unheard ) {
					$changes[ $path ] = self::put_off( $path, $row, ( $is_unheard ? self::DUE : [] ) + $ours, $stat );
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

			$is_new           = ! $row || ( 'pending' === $row['state'] && '' === $row['sha256'] && Freshet_Bytes::same_stat( $row, $stat ) );
			$is_changed       = 'refresh' === $reason || $is_unheard || ( $is_new ? $row && 0 === $row['quiet_at'] : $row['sha256'] !== $read['sha256'] );
			$changes[ $path ] = Freshet_File_Table::change( $path, $row, $ours + $read, $is_changed );
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
		$told   = array_filter( $changes, [ self::class, 'is_told' ] );
		$owners = array_map(
			static function ( array $change ): int {
				return $change['row']['attachment_id'];
			},
			$told
		);
		$owners = $this->uploads->attachments_of( array_keys( $owners, 0, true ) ) + array_filter( $owners );
		$whose  = []; // Path => attachment, for all files of the attachments met.
		foreach ( $this->paths_of_attachments( $this->uploads->paths_of_attachments( array_values( array_unique( $owners ) ) ) ) as $id => $paths ) {
			$whose += array_fill_keys( $paths, $id );
		}
		foreach ( array_keys( $told ) as $path ) {
			$changes[ $path ]['row']['attachment_id'] = $owners[ $path ] ?? $whose[ $path ] ?? 0;
		}
		[ , $others ] = $this->compare( array_keys( array_diff_key( $whose, $changes ) ), $whose, $reason, $spent );
		return $changes + $others;
	}

	/** Too big to hash now. The stat of this moment is kept, so that a change until then is not missed. */
	private static function put_off( string $path, ?array $row, array $ours, array $stat ): array {
		return Freshet_File_Table::change( $path, $row, [ 'state' => 'pending' ] + $ours + ( $row ? [] : $stat ), false );
	}

	private static function is_told( array $change ): bool {
		return $change['told'];
	}
}
