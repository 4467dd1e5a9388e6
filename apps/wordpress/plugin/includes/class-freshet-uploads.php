<?php
/**
 * Which URLs are files of this site's uploads folder, and which files belong to an attachment.
 * A path here is always relative to the uploads folder, with slashes, not percent-encoded.
 *
 * URLs are computed from WordPress's own folders, never from wp_get_attachment_url(): other plugins' filters put query
 * strings and foreign hosts there.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Uploads {
	/** What browsers show and Freshet delivers. All of it is watched, whatever the settings say: copies may exist from before. */
	const EXTENSIONS = [ 'jpg', 'jpeg', 'jpe', 'png', 'gif', 'webp', 'avif', 'svg' ];

	/**
	 * Where a URL of a page points to, if it is a picture in the uploads folder.
	 *
	 * @return array{path:string,query:string,fragment:string}|null
	 */
	public function locate( string $url ): ?array {
		$url = trim( $url, " \t\n\r\f" );
		if ( ! preg_match( '~^(?:(?:(https?):)?//([^/?#]*))?(/[^?#]*)(\?[^#]*)?(#.*)?$~is', $url, $parts ) ) {
			return null;
		}
		$base = wp_parse_url( $this->base_url() );
		if ( '' !== $parts[2] && ! in_array( self::host( $parts[2], strtolower( $parts[1] ) ), $this->hosts(), true ) ) {
			return null;
		}
		$prefix = rtrim( $base['path'] ?? '', '/' ) . '/';
		if ( 0 !== strpos( $parts[3], $prefix ) ) {
			return null;
		}
		$path = rawurldecode( substr( $parts[3], strlen( $prefix ) ) );
		if ( ! self::is_picture( $path ) || ! self::stays_inside( $path ) ) {
			return null;
		}
		return [ 'path' => $path, 'query' => $parts[4] ?? '', 'fragment' => $parts[5] ?? '' ];
	}

	/** The URL of a file: its one form everywhere, in pages and in events. */
	public function url_of( string $path ): string {
		return $this->base_url() . '/' . self::encode( $path );
	}

	/** Where the bytes are. */
	public function file_of( string $path ): string {
		return $this->base_dir() . '/' . $path;
	}

	/** Whether files can be looked at with stat(); a stream wrapper (`s3://`) costs a request each. */
	public function is_local(): bool {
		return ! wp_is_stream( $this->base_dir() );
	}

	/**
	 * Every picture of an attachment, as its metadata lists them now.
	 *
	 * @return string[] Paths; none for an attachment outside the uploads folder.
	 */
	public function paths_of_attachment( int $id ): array {
		$main = (string) get_post_meta( $id, '_wp_attached_file', true );
		$dir  = wp_normalize_path( $this->base_dir() ) . '/';
		if ( 0 === strpos( wp_normalize_path( $main ), $dir ) ) {
			$main = substr( wp_normalize_path( $main ), strlen( $dir ) ); // Some tools store the whole path.
		}
		if ( '' === $main ) {
			return [];
		}
		$meta  = get_post_meta( $id, '_wp_attachment_metadata', true );
		$meta  = is_array( $meta ) ? $meta : [];
		$names = [ wp_basename( $main ) ];
		foreach ( [ 'original_image', 'source_image', 'animated_video_poster', 'thumb' ] as $key ) {
			$names[] = $meta[ $key ] ?? '';
		}
		$backups = get_post_meta( $id, '_wp_attachment_backup_sizes', true );
		foreach ( [ $meta['sizes'] ?? [], $backups ] as $sizes ) {
			foreach ( is_array( $sizes ) ? $sizes : [] as $size ) {
				$names[] = is_array( $size ) ? ( $size['file'] ?? '' ) : '';
			}
		}
		$folder = dirname( $main );
		$folder = '.' === $folder ? '' : "$folder/";
		$paths  = [];
		foreach ( $names as $name ) {
			if ( is_string( $name ) && '' !== $name ) {
				$paths[] = $folder . wp_basename( $name );
			}
		}

		/**
		 * Lets tools that put further files beside an attachment's own (`hat.jpg.webp`, `hat@2x.jpg`) name them.
		 *
		 * @param string[] $paths Relative to the uploads folder.
		 * @param int      $id    The attachment.
		 */
		$paths = apply_filters( 'freshet_attachment_paths', $paths, $id );

		return array_values(
			array_unique(
				array_filter(
					is_array( $paths ) ? $paths : [],
					static function ( $path ): bool {
						return is_string( $path ) && self::is_picture( $path ) && self::stays_inside( $path );
					}
				)
			)
		);
	}

	/**
	 * The attachment a file belongs to, or 0. One query over all attachments: for changes, not for pages.
	 */
	public function attachment_of( string $path ): int {
		global $wpdb;
		$stem  = preg_replace( '/(?:-\d+x\d+|-scaled|-rotated)?(\.[a-z]+)$/i', '$1', $path );
		$names = array_unique( [ $path, $stem, preg_replace( '/(\.[a-z]+)$/i', '-scaled$1', $stem ), preg_replace( '/(\.[a-z]+)$/i', '-rotated$1', $stem ) ] );
		$marks = implode( ',', array_fill( 0, count( $names ), '%s' ) );
		// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM {$wpdb->postmeta} WHERE meta_key = '_wp_attached_file' AND meta_value IN ($marks)", array_values( $names ) ) );
		foreach ( array_map( 'intval', $ids ) as $id ) {
			if ( in_array( $path, $this->paths_of_attachment( $id ), true ) ) {
				return $id;
			}
		}
		return 0;
	}

	public function base_url(): string {
		return rtrim( wp_get_upload_dir()['baseurl'], '/' );
	}

	private function base_dir(): string {
		return rtrim( wp_get_upload_dir()['basedir'], '/' );
	}

	/**
	 * The hosts under which this site's pages may name its files.
	 *
	 * @return string[]
	 */
	private function hosts(): array {
		$hosts = [];
		foreach ( [ $this->base_url(), home_url(), site_url() ] as $url ) {
			$parts   = wp_parse_url( $url );
			$hosts[] = self::host( ( $parts['host'] ?? '' ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' ), '' );
		}
		return array_unique( $hosts );
	}

	private static function host( string $host, string $scheme ): string {
		$default = 'https' === $scheme ? ':443' : ( 'http' === $scheme ? ':80' : '' );
		$host    = strtolower( $host );
		return '' !== $default && substr( $host, -strlen( $default ) ) === $default ? substr( $host, 0, -strlen( $default ) ) : $host;
	}

	private static function is_picture( string $path ): bool {
		return in_array( strtolower( pathinfo( $path, PATHINFO_EXTENSION ) ), self::EXTENSIONS, true );
	}

	/** Pages are written by authors: a path of theirs must not lead out of the uploads folder. */
	private static function stays_inside( string $path ): bool {
		return 0 === preg_match( '~[\\\\\x00-\x1f\x7f]|(?:^|/)\.{0,2}(?:/|$)~u', $path ); // Not UTF-8 is no match but an error.
	}

	/** Percent-encodes what a URL path may not hold, and no more: the form in which browsers send it. */
	private static function encode( string $path ): string {
		// What looks like a character reference of HTML is taken for one by WordPress's own escaping.
		return preg_replace_callback(
			"~[^A-Za-z0-9\-._\~/!$&'()*+,;=:@]|&(?=#?[A-Za-z0-9]+;)~",
			static function ( array $byte ): string {
				return rawurlencode( $byte[0] );
			},
			$path
		);
	}
}
