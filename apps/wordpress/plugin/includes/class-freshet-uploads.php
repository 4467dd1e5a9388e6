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

	/** Formats that optimisers write beside a file. */
	const MODERN = [ 'webp', 'avif' ];

	/** @var array{url:string,dir:string,prefix:string,hosts:array<string,true>}|null Set where WordPress was asked once for all. */
	private ?array $place = null;

	/** The same for one page: WordPress is asked for its folders and hosts now, and not again for every URL. */
	public function for_page(): self {
		$copy        = clone $this;
		$copy->place = $this->place();
		return $copy;
	}

	/**
	 * Where a URL of a page points to, if it is a picture in the uploads folder.
	 *
	 * @return array{path:string,query:string,fragment:string}|null
	 */
	public function locate( string $url ): ?array {
		[ 'prefix' => $prefix, 'hosts' => $hosts ] = $this->place();
		if ( false === strpos( $url, $prefix ) ) {
			return null; // Most links of a page.
		}
		$url = trim( $url, " \t\n\r\f" );
		if ( ! preg_match( '~^(?:(?:(https?):)?//([^/?#]*))?(/[^?#]*)(\?[^#]*)?(#.*)?$~is', $url, $parts ) ) {
			return null;
		}
		if ( 0 !== strpos( $parts[3], $prefix ) || ( '' !== $parts[2] && ! isset( $hosts[ self::host( $parts[2], strtolower( $parts[1] ) ) ] ) ) ) {
			return null;
		}
		$path = self::path_of( substr( $parts[3], strlen( $prefix ) ) );
		return null === $path ? null : [ 'path' => $path, 'query' => $parts[4] ?? '', 'fragment' => $parts[5] ?? '' ];
	}

	/** The path that a URL writes behind the uploads folder, if it is that of a picture. */
	public static function path_of( string $written ): ?string {
		$path = rawurldecode( $written );
		return self::is_picture( $path ) && self::stays_inside( $path ) ? $path : null;
	}

	/** What the path of every URL of the uploads folder begins with. */
	public function prefix(): string {
		return $this->place()['prefix'];
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
		return $this->paths_of_meta(
			$id,
			[
				'_wp_attached_file'              => get_post_meta( $id, '_wp_attached_file', true ),
				'_wp_attachment_metadata'        => get_post_meta( $id, '_wp_attachment_metadata', true ),
				'_wp_attachment_backup_sizes'    => get_post_meta( $id, '_wp_attachment_backup_sizes', true ),
			]
		);
	}

	/**
	 * The same for many attachments with one query, and without filling the object cache with what a walk sees once.
	 *
	 * @param int[] $ids
	 * @return array<int,string[]> Attachment => paths.
	 */
	public function paths_of_attachments( array $ids ): array {
		global $wpdb;
		$meta = array_fill_keys( $ids, [] );
		if ( ! $ids ) {
			return [];
		}
		$marks = implode( ',', array_fill( 0, count( $ids ), '%d' ) );
		// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
		$rows = $wpdb->get_results( $wpdb->prepare( "SELECT post_id, meta_key, meta_value FROM {$wpdb->postmeta} WHERE post_id IN ($marks) AND meta_key IN ('_wp_attached_file', '_wp_attachment_metadata', '_wp_attachment_backup_sizes')", $ids ) );
		foreach ( (array) $rows as $row ) {
			$meta[ (int) $row->post_id ] += [ $row->meta_key => maybe_unserialize( $row->meta_value ) ];
		}
		$paths = [];
		foreach ( $meta as $id => $values ) {
			$paths[ $id ] = $this->paths_of_meta( $id, $values );
		}
		return $paths;
	}

	/**
	 * @param array<string,mixed> $values Post meta by key.
	 * @return string[]
	 */
	private function paths_of_meta( int $id, array $values ): array {
		$main = $values['_wp_attached_file'] ?? '';
		$main = is_string( $main ) ? $main : '';
		$dir  = wp_normalize_path( $this->base_dir() ) . '/';
		if ( 0 === strpos( wp_normalize_path( $main ), $dir ) ) {
			$main = substr( wp_normalize_path( $main ), strlen( $dir ) ); // Some tools store the whole path.
		}
		if ( '' === $main ) {
			return [];
		}
		$meta  = $values['_wp_attachment_metadata'] ?? [];
		$meta  = is_array( $meta ) ? $meta : [];
		$names = [ wp_basename( $main ) ];
		foreach ( [ 'original_image', 'source_image', 'animated_video_poster', 'thumb' ] as $key ) {
			$names[] = $meta[ $key ] ?? '';
		}
		foreach ( [ $meta['sizes'] ?? [], $values['_wp_attachment_backup_sizes'] ?? [] ] as $sizes ) {
			foreach ( is_array( $sizes ) ? $sizes : [] as $size ) {
				$names[] = is_array( $size ) ? ( $size['file'] ?? '' ) : '';
				// Some tools list the same size in further formats.
				foreach ( is_array( $size ) && is_array( $size['sources'] ?? null ) ? $size['sources'] : [] as $source ) {
					$names[] = is_array( $source ) ? ( $source['file'] ?? '' ) : '';
				}
			}
		}
		foreach ( is_array( $meta['sources'] ?? null ) ? $meta['sources'] : [] as $source ) {
			$names[] = is_array( $source ) ? ( $source['file'] ?? '' ) : '';
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
		 * Lets tools that put further files beside an attachment's own name them. Those that optimisers and retina plugins
		 * commonly write (`hat.jpg.webp`, `hat.webp`, `hat@2x.jpg`) are found without it.
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
	 * What optimisers and retina plugins have put beside files: the same picture in another format or density.
	 *
	 * @param string[] $paths
	 * @return string[] Paths of files that are there.
	 */
	public function siblings( array $paths ): array {
		if ( ! $this->is_local() ) {
			return [];
		}
		$names = [];
		foreach ( $paths as $path ) {
			$type = strtolower( pathinfo( $path, PATHINFO_EXTENSION ) );
			$stem = substr( $path, 0, -strlen( $type ) - 1 );
			foreach ( self::MODERN as $modern ) {
				if ( $type !== $modern ) {
					$names[] = "$path.$modern";
					$names[] = "$stem.$modern";
				}
			}
			$names[] = $stem . '@2x' . substr( $path, strlen( $stem ) );
		}
		$names = array_diff( array_unique( $names ), $paths );
		return array_values(
			array_filter(
				$names,
				function ( string $path ): bool {
					return is_file( $this->file_of( $path ) );
				}
			)
		);
	}

	/**
	 * The attachments that files belong to, by one query over all attachments: for changes, not for pages.
	 *
	 * @param string[] $paths
	 * @return array<string,int> Path => attachment; nothing for a file that belongs to none.
	 */
	public function attachments_of( array $paths ): array {
		global $wpdb;
		$owners = [];
		foreach ( array_chunk( array_values( array_unique( $paths ) ), 100 ) as $chunk ) {
			$names = array_values( array_unique( array_merge( ...array_map( [ self::class, 'names_of_owner' ], $chunk ) ) ) );
			$marks = implode( ',', array_fill( 0, count( $names ), '%s' ) );
			// phpcs:ignore WordPress.DB -- only placeholders are interpolated.
			$ids   = array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM {$wpdb->postmeta} WHERE meta_key = '_wp_attached_file' AND meta_value IN ($marks)", $names ) ) );
			$theirs = $this->paths_of_attachments( $ids );
			// By its metadata first: what only lies beside may be somebody else's.
			foreach ( $theirs as $id => $own ) {
				$owners += array_fill_keys( array_intersect( $chunk, $own ), $id );
			}
			$orphans = array_diff( $chunk, array_keys( $owners ) );
			foreach ( $orphans ? $theirs : [] as $id => $own ) {
				$owners += array_fill_keys( array_intersect( $orphans, $this->siblings( $own ) ), $id );
			}
		}
		return $owners;
	}

	/**
	 * What `_wp_attached_file` may be of the attachment that has this file.
	 *
	 * @return string[]
	 */
	private static function names_of_owner( string $path ): array {
		$plain = [ $path ];
		if ( preg_match( '/^(.+)\.(?:' . implode( '|', self::MODERN ) . ')$/i', $path, $match ) ) {
			$plain = self::is_picture( $match[1] ) ? [ $path, $match[1] ] : [ $path, "$match[1].jpg", "$match[1].jpeg", "$match[1].png" ];
		}
		$names = [];
		foreach ( $plain as $name ) {
			$stem  = preg_replace( '/(?:-\d+x\d+|-scaled|-rotated)?(?:@2x)?(\.[a-z]+)$/i', '$1', $name );
			$names = array_merge( $names, [ $name, $stem, preg_replace( '/(\.[a-z]+)$/i', '-scaled$1', $stem ), preg_replace( '/(\.[a-z]+)$/i', '-rotated$1', $stem ) ] );
		}
		return array_values( array_unique( $names ) );
	}

	public function base_url(): string {
		return $this->place['url'] ?? rtrim( wp_get_upload_dir()['baseurl'], '/' );
	}

	private function base_dir(): string {
		return $this->place['dir'] ?? rtrim( wp_get_upload_dir()['basedir'], '/' );
	}

	/**
	 * The uploads folder: its URL, where it is, the path its URLs begin with, and the hosts under which this site's pages may
	 * name its files.
	 *
	 * @return array{url:string,dir:string,prefix:string,hosts:array<string,true>}
	 */
	private function place(): array {
		if ( null !== $this->place ) {
			return $this->place;
		}
		$url   = $this->base_url();
		$hosts = [];
		foreach ( [ $url, home_url(), site_url() ] as $named ) {
			$parts = wp_parse_url( $named );
			$hosts[ self::host( ( $parts['host'] ?? '' ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' ), '' ) ] = true;
		}
		$prefix = rtrim( (string) wp_parse_url( $url, PHP_URL_PATH ), '/' ) . '/';
		return [ 'url' => $url, 'dir' => $this->base_dir(), 'prefix' => $prefix, 'hosts' => $hosts ];
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
