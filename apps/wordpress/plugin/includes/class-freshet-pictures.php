<?php
/**
 * The pictures of one page: from the URL that a page names to the URL that it should. Everything the page mentions is looked
 * at in one go, so that a page costs one query however many pictures it shows, and another one if some are crops.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Pictures {
	/** A character of an address written in another way, as HTML allows; not the `&` and the quotes that are written so all the time. */
	const SPELLED = '/&(?:#0*(?:37|4[5-9]|5\d|[6-9]\d|1[0-2]\d)(?!\d)|#x0*[2-7][0-9a-f](?![0-9a-f])|sol|period|lowbar|percnt)/i';

	private Freshet_Uploads $uploads;
	private Freshet_Files $files;
	private string $endpoint;
	private string $responsive;

	/** @var int[] */
	private array $widths;

	/** @var array<string,true> Extensions that are delivered. */
	private array $extensions;

	/** What the path of every URL of the uploads folder begins with; the same in JSON; and what most of these URLs begin with. */
	private string $prefix;
	private string $escaped;
	private string $folder;

	/** @var array<string,string> What a URL has behind the uploads folder => path; '' for what is not delivered. */
	private array $paths = [];

	/** @var array<string,?string> Path => version; '' while the bytes are not known, null for a file that is not there. */
	private array $versions = [];

	/** @var array<string,string> Likeliest full picture of sizes => the one that is there, '' for none. */
	private array $fulls = [];

	/** @var array<string,array{path:string,width:int}> Path => what cut() answered. */
	private array $cuts = [];

	/** @var array<string,?string> URL of the page => delivery URL. */
	private array $answers = [];

	/** @var array<string,string> Original => what its delivery URLs begin with. */
	private array $bases = [];

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files ) {
		$this->uploads    = $uploads->for_page();
		$this->files      = $files;
		$this->endpoint   = $settings->endpoint();
		$saved            = $settings->saved();
		$this->responsive = $saved['responsive'];
		$this->widths     = $saved['widths'];
		$this->extensions = array_fill_keys( $settings->extensions(), true );
		$this->prefix     = $this->uploads->prefix();
		$this->escaped    = str_replace( '/', '\\/', $this->prefix );
		$this->folder     = $this->uploads->base_url() . '/';
	}

	/** Whether a tag may name a picture; most of a page do not, and need no closer look. */
	public function may_be_in( string $tag ): bool {
		return false !== strpos( $tag, $this->prefix ) || false !== strpos( $tag, $this->escaped ) || preg_match( self::SPELLED, $tag );
	}

	/**
	 * Learns the versions of every file whose path stands somewhere in a text. It may learn of a file that is only spoken
	 * of, and miss a strange spelling; whoever walks through the page decides.
	 *
	 * @return bool Whether there is anything of ours.
	 */
	public function learn( string $text ): bool {
		if ( false !== strpos( $text, $this->escaped ) ) {
			$text .= ' ' . str_replace( '\\/', '/', $text ); // JSON.
		}
		preg_match_all( '~' . preg_quote( $this->prefix, '~' ) . '\K[^\s"\'<>()?#&,\\\\]+~', $text, $found );
		$wanted = [];
		$sized  = [];
		foreach ( array_keys( array_flip( $found[0] ) ) as $written ) {
			$path = $this->path_of( (string) $written );
			$full = '' === $path ? '' : $this->full_of( $path );
			if ( '' !== $full ) {
				$wanted[ $full ] = $full;
				$sized[]         = $path;
			} elseif ( '' !== $path ) {
				$wanted[ $path ] = $path;
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
		$place = 'ladder' === $this->responsive ? $this->locate( $url ) : null;
		return $place && '' === $place['query'] ? $this->ladder( $this->cut( $place['path'] )['path'] ) : null;
	}

	private function make( string $url ): ?string {
		$place = $this->locate( $url );
		if ( ! $place ) {
			return null;
		}
		$cut = '' === $place['query'] ? $this->cut( $place['path'] ) : [ 'path' => $place['path'], 'width' => 0 ];
		$vh  = $this->version( $cut['path'] );
		return null === $vh ? null : $this->delivery( $cut['path'], $place['query'], $vh, $cut['width'] ) . $place['fragment'];
	}

	private function delivery( string $path, string $query, string $vh, int $width ): string {
		$original = $this->uploads->url_of( $path ) . $query;
		if ( ! isset( $this->bases[ $original ] ) ) {
			$this->bases[ $original ] = Freshet_Delivery_Url::base( $this->endpoint, $original );
		}
		return Freshet_Delivery_Url::ask( $this->bases[ $original ], $vh, $width );
	}

	/**
	 * Where a URL points to, if that is a picture to deliver.
	 *
	 * @return array{path:string,query:string,fragment:string}|null
	 */
	private function locate( string $url ): ?array {
		$folder = strlen( $this->folder );
		if ( 0 === strncmp( $url, $this->folder, $folder ) && strlen( $url ) === strcspn( $url, "?# \t\n\r\f" ) ) {
			$path = $this->path_of( substr( $url, $folder ) );
			return '' === $path ? null : [ 'path' => $path, 'query' => '', 'fragment' => '' ];
		}
		$place = $this->uploads->locate( $url );
		return $place && $this->delivers( $place['path'] ) ? $place : null;
	}

	/** The path that stands in a URL behind the uploads folder; '' for what is not delivered. */
	private function path_of( string $written ): string {
		if ( ! isset( $this->paths[ $written ] ) ) {
			$path                    = (string) Freshet_Uploads::path_of( $written );
			$this->paths[ $written ] = $this->delivers( $path ) ? $path : '';
		}
		return $this->paths[ $written ];
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
			$place = $this->locate( $url );
			if ( ! $place || '' !== $place['query'] . $place['fragment'] || ! preg_match( '/^\s+[1-9]\d*w\s*$/', $after ) ) {
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
			$candidates[] = $this->delivery( $full, '', $vh, $width === $size[0] ? 0 : $width ) . " {$width}w";
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
