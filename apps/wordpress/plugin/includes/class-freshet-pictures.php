<?php
/**
 * The pictures of one page: from the URL that a page names to the URL that it should. Everything the page mentions is looked
 * at in one go, so that a page costs one query however many pictures it shows, and another one if some are crops.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Pictures {
	private Freshet_Uploads $uploads;
	private Freshet_Files $files;
	private string $endpoint;
	private string $responsive;

	/** @var int[] */
	private array $widths;

	/** @var array<string,true> Extensions that are delivered. */
	private array $extensions;

	/** @var array<string,?string> Path => version; '' while the bytes are not known, null for a file that is not there. */
	private array $versions = [];

	/** @var array<string,string> Likeliest full picture of sizes => the one that is there, '' for none. */
	private array $fulls = [];

	/** @var array<string,array{path:string,width:int}> Path => what cut() answered. */
	private array $cuts = [];

	/** @var array<string,?string> URL of the page => delivery URL. */
	private array $answers = [];

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files ) {
		$this->uploads    = $uploads->for_page();
		$this->files      = $files;
		$this->endpoint   = $settings->endpoint();
		$saved            = $settings->saved();
		$this->responsive = $saved['responsive'];
		$this->widths     = $saved['widths'];
		$this->extensions = array_fill_keys( $settings->extensions(), true );
	}

	/**
	 * Learns the versions of every file whose path stands somewhere in a text. It may learn of a file that is only spoken
	 * of, and miss a strange spelling; whoever walks through the page decides.
	 *
	 * @return bool Whether there is anything of ours.
	 */
	public function learn( string $text ): bool {
		$prefix = rtrim( (string) wp_parse_url( $this->uploads->base_url(), PHP_URL_PATH ), '/' ) . '/';
		if ( false !== strpos( $text, str_replace( '/', '\\/', $prefix ) ) ) {
			$text .= ' ' . str_replace( '\\/', '/', $text ); // JSON.
		}
		preg_match_all( '~' . preg_quote( $prefix, '~' ) . '[^\s"\'<>()?#&,\\\\]+~', $text, $found );
		$wanted = [];
		$sized  = [];
		foreach ( array_unique( $found[0] ) as $url ) {
			$place = $this->uploads->locate( $url );
			if ( $place && $this->delivers( $place['path'] ) ) {
				$full = $this->full_of( $place['path'] );
				if ( '' === $full ) {
					$wanted[] = $place['path'];
				} else {
					$wanted[] = $full;
					$sized[]  = $place['path'];
				}
			}
		}
		$this->look( $wanted );
		$crops = [];
		foreach ( $sized as $path ) {
			if ( 0 === $this->cut( $path )['width'] ) {
				$crops[] = $path;
			}
		}
		$this->look( $crops );
		return [] !== $wanted;
	}

	/** The delivery URL for a URL of the page; null leaves it as it is. */
	public function url( string $url ): ?string {
		if ( ! array_key_exists( $url, $this->answers ) ) {
			$this->answers[ $url ] = $this->make( $url );
		}
		return $this->answers[ $url ];
	}

	/** The same for a list of candidates. */
	public function set( string $set ): ?string {
		$full = 'ladder' === $this->responsive ? $this->common( $set ) : '';
		return ( '' === $full ? null : $this->ladder( $full ) ) ?? Freshet_Markup::in_set( $set, [ $this, 'url' ] );
	}

	/** A list of candidates for a picture that has none; null where none is wanted or the picture's size is not known. */
	public function set_for( string $url ): ?string {
		$place = 'ladder' === $this->responsive ? $this->uploads->locate( $url ) : null;
		if ( ! $place || '' !== $place['query'] || ! $this->delivers( $place['path'] ) ) {
			return null;
		}
		return $this->ladder( $this->cut( $place['path'] )['path'] );
	}

	private function make( string $url ): ?string {
		$place = $this->uploads->locate( $url );
		if ( ! $place || ! $this->delivers( $place['path'] ) ) {
			return null;
		}
		$cut = '' === $place['query'] ? $this->cut( $place['path'] ) : [ 'path' => $place['path'], 'width' => 0 ];
		$vh  = $this->version( $cut['path'] );
		if ( null === $vh ) {
			return null;
		}
		return Freshet_Delivery_Url::build( $this->endpoint, $this->uploads->url_of( $cut['path'] ) . $place['query'], $vh, $cut['width'] ) . $place['fragment'];
	}

	/**
	 * What to ask for in place of a file: the full picture at a width where that is the same picture, else the file itself.
	 *
	 * @return array{path:string,width:int}
	 */
	private function cut( string $path ): array {
		if ( ! isset( $this->cuts[ $path ] ) ) {
			$this->cuts[ $path ] = $this->find_cut( $path );
		}
		return $this->cuts[ $path ];
	}

	/** @return array{path:string,width:int} */
	private function find_cut( string $path ): array {
		$full = $this->full_of( $path );
		// Unknown bytes have an unknown shape.
		$size  = '' !== $full && $this->version( $full ) ? $this->files->size_of( $full ) : null;
		$width = $size ? Freshet_Cuts::width_of( $path, $size ) : 0;
		// What is not there stays what it was: nobody made it from that picture.
		return $width > 0 && is_file( $this->uploads->file_of( $path ) ) ? [ 'path' => $full, 'width' => $width ] : [ 'path' => $path, 'width' => 0 ];
	}

	/** The full picture of a size; '' where there is none or sizes are handed out as they are. */
	private function full_of( string $path ): string {
		$names = 'off' === $this->responsive ? [] : Freshet_Cuts::full_names( $path );
		if ( ! $names ) {
			return '';
		}
		if ( ! isset( $this->fulls[ $names[0] ] ) ) {
			$this->fulls[ $names[0] ] = $this->first_there( $names );
		}
		return $this->fulls[ $names[0] ];
	}

	/** @param string[] $paths */
	private function first_there( array $paths ): string {
		foreach ( $paths as $path ) {
			if ( isset( $this->versions[ $path ] ) || is_file( $this->uploads->file_of( $path ) ) ) {
				return $path;
			}
		}
		return '';
	}

	/** The full picture that every candidate of a list is a size of, by widths; '' where there is no such one. */
	private function common( string $set ): string {
		$fulls = [];
		foreach ( Freshet_Markup::candidates( $set ) as list( , $url, $after ) ) {
			if ( '' === $url ) {
				continue;
			}
			$place = $this->uploads->locate( $url );
			if ( ! $place || '' !== $place['query'] . $place['fragment'] || ! preg_match( '/^\s+[1-9]\d*w\s*$/', $after ) || ! $this->delivers( $place['path'] ) ) {
				return '';
			}
			$fulls[ $this->cut( $place['path'] )['path'] ] = true;
		}
		return 1 === count( $fulls ) ? (string) key( $fulls ) : '';
	}

	/** The widths of the ladder as candidates; null where the picture's size is not known or it is smaller than all of them. */
	private function ladder( string $full ): ?string {
		$vh   = $this->version( $full );
		$size = $vh && ! preg_match( '/\.(?:gif|svg)$/i', $full ) ? $this->files->size_of( $full ) : null;
		if ( ! $size ) {
			return null;
		}
		$candidates = [];
		foreach ( Freshet_Cuts::rungs( $this->widths, $size[0] ) as $width ) {
			$candidates[] = Freshet_Delivery_Url::build( $this->endpoint, $this->uploads->url_of( $full ), $vh, $width === $size[0] ? 0 : $width ) . " {$width}w";
		}
		return count( $candidates ) > 1 ? implode( ', ', $candidates ) : null;
	}

	private function delivers( string $path ): bool {
		return isset( $this->extensions[ strtolower( pathinfo( $path, PATHINFO_EXTENSION ) ) ] );
	}

	/** @return string|null '' while the bytes are not known, null for a file that is not there. */
	private function version( string $path ): ?string {
		if ( ! array_key_exists( $path, $this->versions ) ) {
			$this->look( [ $path ] ); // A spelling that learn() did not recognise.
		}
		return $this->versions[ $path ];
	}

	/** @param string[] $paths */
	private function look( array $paths ): void {
		$paths = array_values( array_diff( array_unique( $paths ), array_keys( $this->versions ) ) );
		if ( $paths ) {
			$this->versions += $this->files->look( $paths, 'stat' ) + array_fill_keys( $paths, null );
		}
	}
}
