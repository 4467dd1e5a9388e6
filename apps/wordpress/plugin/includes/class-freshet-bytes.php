<?php
/**
 * What a file system says about a file, and when that proves that its bytes are the ones hashed before.
 *
 * A file is hashed again when its stat() differs, and also when it was hashed so soon after its last change that a
 * second change could carry the same times (the rule of git's index: PHP sees whole seconds only).
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Bytes {
	/** Seconds between the last change and the hash within which a hash proves nothing about later changes. */
	const RACY_SECONDS = 2;

	/** The version (`vh`) of bytes with this SHA-256. */
	public static function version( string $sha256 ): string {
		return 'c' . strtolower( substr( $sha256, 0, 12 ) );
	}

	/**
	 * Hashes a file that may be written at this moment.
	 *
	 * @return array|null Null when it cannot be read.
	 */
	public static function read( string $file, array $before ): ?array {
		$started = time();
		$sha256  = is_readable( $file ) ? @hash_file( 'sha256', $file ) : false; // It may go at any moment: no warning.
		$after   = self::stat( $file );
		if ( ! $sha256 || null === $after ) {
			return null;
		}
		return $before + [
			'state'     => 'known',
			'sha256'    => $sha256,
			'vh'        => self::version( $sha256 ),
			// Changed while it was read: the hash is of neither, and the next look must not trust it.
			'hashed_at' => $after === $before ? $started : 0,
		] + self::dimensions( $file );
	}

	/** @return array{width:int,height:int} Zeros where PHP cannot tell. */
	private static function dimensions( string $file ): array {
		$size = @getimagesize( $file ); // It may be anything: no warning.
		return [ 'width' => $size ? (int) $size[0] : 0, 'height' => $size ? (int) $size[1] : 0 ];
	}

	/** @return array{mtime:int,ctime:int,inode:int,size:int}|null Null when there is no such file. */
	public static function stat( string $file ): ?array {
		clearstatcache( true, $file );
		$stat = is_file( $file ) ? @stat( $file ) : false;
		return $stat ? [ 'mtime' => $stat['mtime'], 'ctime' => $stat['ctime'], 'inode' => $stat['ino'], 'size' => $stat['size'] ] : null;
	}

	/** Whether a row was written under this stat. */
	public static function same_stat( array $row, array $stat ): bool {
		return [] === array_diff_assoc( $stat, $row );
	}

	/** A modification time in the future was set by hand and says nothing about when bytes were written. */
	public static function is_racy( array $row ): bool {
		$changed = max( $row['ctime'], $row['mtime'] > $row['hashed_at'] ? 0 : $row['mtime'] );
		return $row['hashed_at'] < $changed + self::RACY_SECONDS;
	}
}
