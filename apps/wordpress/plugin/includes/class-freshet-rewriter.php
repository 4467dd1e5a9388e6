<?php
/**
 * Gives the pictures of a finished page their delivery URLs. Works on the output, so that neither the database, nor the
 * editor, nor feeds, nor the REST API ever see one. WordPress's own HTML API changes the attributes named here and
 * leaves every other byte alone.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Rewriter {
	/** Attributes that hold one URL, by tag; '*' is every tag. */
	const URLS = [
		'IMG'   => [ 'src', 'data-src', 'data-lazy-src', 'data-large_image', 'data-thumb' ],
		'VIDEO' => [ 'poster' ],
		'LINK'  => [ 'href' ],
		'INPUT' => [ 'src' ],
		'*'     => [ 'data-thumb' ],
	];

	/** Attributes that hold a list of candidates. */
	const SETS = [
		'IMG'    => [ 'srcset', 'data-srcset', 'data-lazy-srcset' ],
		'SOURCE' => [ 'srcset', 'data-srcset', 'data-lazy-srcset' ],
		'LINK'   => [ 'imagesrcset' ],
	];

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;
	private Freshet_Files $files;

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
		$this->files    = $files;
	}

	public function listen(): void {
		// Not called for admin, REST, AJAX or cron: those never load a template.
		add_action( 'template_redirect', [ $this, 'begin' ], -1000 );
	}

	/** Arranges for the page to pass through rewrite() when it is finished. */
	public function begin(): void {
		if ( ! $this->settings->rewrites() || ! $this->uploads->is_local() || is_feed() || is_robots() || is_trackback() || is_customize_preview() || $this->is_editing() ) {
			return;
		}
		if ( function_exists( 'wp_should_output_buffer_template_for_enhancement' ) ) {
			add_filter( 'wp_template_enhancement_output_buffer', [ $this, 'rewrite' ], 1000 );
		} else {
			ob_start( [ $this, 'rewrite_buffer' ] );
		}
	}

	/**
	 * A page with delivery URLs; rewriting it again changes nothing.
	 *
	 * @param mixed $html The finished page.
	 * @return mixed
	 */
	public function rewrite( $html ) {
		try {
			$mentioned = is_string( $html ) ? $this->mentioned( $html ) : [];
			if ( ! $mentioned ) {
				return $html; // Nothing of ours.
			}
			$versions = $this->files->look( $mentioned, 'stat' ) + array_fill_keys( $mentioned, null );
			$endpoint = $this->settings->endpoint();
			$known    = [];
			return $this->walk(
				$html,
				function ( string $url ) use ( &$versions, &$known, $endpoint ): ?string {
					if ( ! array_key_exists( $url, $known ) ) {
						$known[ $url ] = $this->delivery_url( $url, $endpoint, $versions );
					}
					return $known[ $url ];
				}
			);
		} catch ( Throwable $error ) {
			// A page without delivery URLs is a page; an error here must not take it away.
			error_log( 'Freshet left a page as it was: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return $html;
		}
	}

	/** The same, for PHP's own output buffer, which also sees what is not HTML. */
	public function rewrite_buffer( string $output ): string {
		foreach ( headers_list() as $header ) {
			if ( 0 === stripos( $header, 'content-type:' ) && false === stripos( $header, 'html' ) ) {
				return $output;
			}
		}
		return $this->rewrite( $output );
	}

	/**
	 * The files whose paths stand somewhere in the page: found by one search, so that one query learns all versions. It may
	 * find a file that is only linked to, and miss a strange spelling; the walk decides.
	 *
	 * @return string[]
	 */
	private function mentioned( string $html ): array {
		$prefix = rtrim( (string) wp_parse_url( $this->uploads->base_url(), PHP_URL_PATH ), '/' ) . '/';
		preg_match_all( '~' . preg_quote( $prefix, '~' ) . '[^\s"\'<>()?#&,\\\\]+~', $html, $found );
		$paths = [];
		foreach ( array_unique( $found[0] ) as $url ) {
			$place = $this->uploads->locate( $url );
			if ( $place ) {
				$paths[ $place['path'] ] = $place['path'];
			}
		}
		return array_values( $paths );
	}

	/** @param array<string,?string> $versions Path => version, null for a file that is not there; grows. */
	private function delivery_url( string $url, string $endpoint, array &$versions ): ?string {
		$place = $this->uploads->locate( $url );
		if ( ! $place ) {
			return null;
		}
		$path = $place['path'];
		if ( ! array_key_exists( $path, $versions ) ) {
			$versions += $this->files->look( [ $path ], 'stat' ) + [ $path => null ];
		}
		if ( null === $versions[ $path ] ) {
			return null;
		}
		return Freshet_Delivery_Url::build( $endpoint, $this->uploads->url_of( $path ) . $place['query'], $versions[ $path ] ) . $place['fragment'];
	}

	/**
	 * Calls back with every picture URL of the page and puts what it answers in its place.
	 *
	 * @param callable(string):?string $replace Null leaves the URL as it is.
	 */
	private function walk( string $html, callable $replace ): string {
		$tags = new WP_HTML_Tag_Processor( $html );
		$skip = $this->settings->skip_class();

		$is_skipping = false;
		while ( $tags->next_tag( [ 'tag_closers' => 'visit' ] ) ) {
			$tag = $tags->get_tag();
			if ( $tags->is_tag_closer() ) {
				$is_skipping = $is_skipping && 'PICTURE' !== $tag;
				continue;
			}
			if ( $is_skipping || ( 'LINK' === $tag && ! $this->is_picture_link( $tags ) ) ) {
				continue;
			}
			$class = $tags->get_attribute( 'class' );
			if ( '' !== $skip && is_string( $class ) && in_array( $skip, preg_split( '/\s+/', $class ), true ) ) {
				$is_skipping = 'PICTURE' === $tag; // Its sources and its image belong together.
				continue;
			}
			foreach ( array_unique( array_merge( self::URLS[ $tag ] ?? [], self::URLS['*'] ) ) as $name ) {
				$this->change( $tags, $name, $replace );
			}
			foreach ( self::SETS[ $tag ] ?? [] as $name ) {
				$this->change(
					$tags,
					$name,
					static function ( string $set ) use ( $replace ): string {
						return Freshet_Markup::in_set( $set, $replace );
					}
				);
			}
			$style = $tags->get_attribute( 'style' );
			if ( is_string( $style ) && false !== stripos( $style, 'url(' ) ) {
				$this->change(
					$tags,
					'style',
					static function ( string $css ) use ( $replace ): string {
						return Freshet_Markup::in_css( $css, $replace );
					}
				);
			}
		}
		return $tags->get_updated_html();
	}

	private function change( WP_HTML_Tag_Processor $tags, string $name, callable $replace ): void {
		$old = $tags->get_attribute( $name );
		$new = is_string( $old ) ? $replace( $old ) : null;
		if ( null !== $new && $new !== $old ) {
			$tags->set_attribute( $name, $new );
		}
	}

	private function is_picture_link( WP_HTML_Tag_Processor $tags ): bool {
		$rel = $tags->get_attribute( 'rel' );
		$rel = is_string( $rel ) ? preg_split( '/\s+/', strtolower( $rel ) ) : [];
		if ( array_intersect( $rel, [ 'icon', 'apple-touch-icon', 'apple-touch-icon-precomposed', 'image_src' ] ) ) {
			return true;
		}
		return in_array( 'preload', $rel, true ) && 'image' === strtolower( (string) $tags->get_attribute( 'as' ) );
	}

	/** Visual editors show the page inside themselves and save what they see. */
	private function is_editing(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification -- read only, and only to do less.
		foreach ( [ 'elementor-preview', 'fl_builder', 'et_fb', 'ct_builder', 'bricks', 'vc_editable', 'tve', 'canvas' ] as $sign ) {
			if ( isset( $_GET[ $sign ] ) ) {
				return true;
			}
		}
		return false;
	}
}
