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
			if ( ! is_string( $html ) || false === strpos( $html, $this->trace() ) ) {
				return $html; // Nothing of ours.
			}
			$found = [];
			$this->walk(
				$html,
				function ( string $url ) use ( &$found ): ?string {
					$place = $this->uploads->locate( $url );
					if ( $place ) {
						$found[ $place['path'] ] = true;
					}
					return null;
				}
			);
			if ( ! $found ) {
				return $html;
			}
			$versions = $this->files->look( array_map( 'strval', array_keys( $found ) ), 'stat' );
			$endpoint = $this->settings->endpoint();
			return $this->walk(
				$html,
				function ( string $url ) use ( $versions, $endpoint ): ?string {
					$place = $this->uploads->locate( $url );
					if ( ! $place || ! isset( $versions[ $place['path'] ] ) ) {
						return null;
					}
					$original = $this->uploads->url_of( $place['path'] ) . $place['query'];
					return Freshet_Delivery_Url::build( $endpoint, $original, $versions[ $place['path'] ] ) . $place['fragment'];
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
						return self::in_set( $set, $replace );
					}
				);
			}
			$style = $tags->get_attribute( 'style' );
			if ( is_string( $style ) && false !== stripos( $style, 'url(' ) ) {
				$this->change(
					$tags,
					'style',
					static function ( string $css ) use ( $replace ): string {
						return self::in_css( $css, $replace );
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

	/** Every candidate of a srcset, found as browsers find it: a URL ends at white space, not at a comma inside it. */
	private static function in_set( string $set, callable $replace ): string {
		$out = '';
		$end = strlen( $set );
		$at  = 0;
		while ( $at < $end ) {
			$gap  = strspn( $set, " \t\n\r\f,", $at );
			$out .= substr( $set, $at, $gap );
			$at  += $gap;
			$word = substr( $set, $at, strcspn( $set, " \t\n\r\f", $at ) );
			$url  = rtrim( $word, ',' );
			$at  += strlen( $word );
			$out .= ( '' === $url ? '' : ( $replace( $url ) ?? $url ) ) . substr( $word, strlen( $url ) );
			if ( $url !== $word ) {
				continue; // A comma right behind the URL: no descriptor follows.
			}
			// Descriptors up to the next comma; one inside parentheses is not the end.
			preg_match( '/\G(?:\([^)]*\)?|[^,(])*/', $set, $rest, 0, $at );
			$out .= $rest[0];
			$at  += strlen( $rest[0] );
		}
		return $out;
	}

	/** Every url() of a style attribute. One that uses CSS escapes is left alone. */
	private static function in_css( string $css, callable $replace ): string {
		return preg_replace_callback(
			'/(url\(\s*(["\']?))([^"\'()\\\\\s]+)(\2\s*\))/i',
			static function ( array $match ) use ( $replace ): string {
				$new = $replace( $match[3] );
				// What would end the url() here is another spelling of the same in a URL.
				return null === $new ? $match[0] : $match[1] . strtr( $new, [ '(' => '%28', ')' => '%29', "'" => '%27' ] ) . $match[4];
			},
			$css
		) ?? $css;
	}

	/** What every URL of the uploads folder contains, in each of its spellings. */
	private function trace(): string {
		return rtrim( (string) wp_parse_url( $this->uploads->base_url(), PHP_URL_PATH ), '/' ) . '/';
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
