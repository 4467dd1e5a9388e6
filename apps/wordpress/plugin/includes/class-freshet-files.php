<?php
/**
 * Which bytes each file has, found out by looking at the file itself.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Files {
	/** How much may be hashed while a visitor waits for the page. */
	const BUDGET_PAGE = 33554432;

	/** How much may be hashed in one go after a change in WordPress, or by the scheduled walk. */
	const BUDGET_WORK = 536870912;

	private Freshet_Uploads $uploads;
	private Freshet_File_Table $table;

	public function __construct( Freshet_Uploads $uploads, Freshet_File_Table $table ) {
		$this->uploads = $uploads;
		$this->table   = $table;
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
		$rows     = $this->table->rows( $paths );
		foreach ( $paths as $path ) {
			$row  = $rows[ $path ] ?? null;
			$file = $this->uploads->file_of( $path );
			$stat = Freshet_Bytes::stat( $file );
			if ( null === $stat ) {
				if ( $row ? 'gone' !== $row['state'] : 'hook' === $reason ) {
					$changes[] = Freshet_File_Table::change( $path, $row, [ 'state' => 'gone', 'sha256' => '', 'vh' => '' ], true );
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
			$changes[]         = Freshet_File_Table::change( $path, $row, $read, $is_changed );
		}
		$this->table->store( $this->assign( $changes, $whose ), $reason, $whose );
		return $versions;
	}

	/**
	 * Every file that an attachment has by its metadata, or was last seen with.
	 *
	 * @return string[]
	 */
	public function paths_of_attachment( int $id ): array {
		return array_values( array_unique( array_merge( $this->uploads->paths_of_attachment( $id ), $this->table->paths_of_attachment( $id ) ) ) );
	}

	/** Says of each change whose file it is. */
	private function assign( array $changes, ?array $whose ): array {
		foreach ( $changes as $i => $change ) {
			if ( $whose ) {
				$changes[ $i ]['row']['attachment_id'] = $whose['id'];
			} elseif ( $change['told'] && 0 === $change['row']['attachment_id'] ) {
				$changes[ $i ]['row']['attachment_id'] = $this->uploads->attachment_of( $change['row']['path'] );
			}
		}
		return $changes;
	}

	/** Too big to hash now. The stat of this moment is kept, so that a change until then is not missed. */
	private function put_off( string $path, ?array $row, array $stat ): void {
		$found = $row ? [ 'state' => 'pending' ] : $stat + [ 'state' => 'pending' ];
		$this->table->put( Freshet_File_Table::change( $path, $row, $found, false ) );
	}
}
