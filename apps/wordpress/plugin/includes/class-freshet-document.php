<?php
/**
 * A walk through a page or a piece of one. Changes the attributes named here where they name a picture of ours, and leaves
 * every other byte alone.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Document {
	/** What the attributes of a tag hold: one URL, a set of candidates, or a link that may lead to a picture. */
	const OF_TAG = [
		'IMG'     => [ 'src' => 'url', 'srcset' => 'set' ],
		'SOURCE'  => [ 'srcset' => 'set' ],
		'VIDEO'   => [ 'poster' => 'url' ],
		'INPUT'   => [ 'src' => 'url' ],
		'LINK'    => [ 'href' => 'url', 'imagesrcset' => 'set' ],
		'A'       => [ 'href' => 'link' ],
		'IMAGE'   => [ 'href' => 'url', 'xlink:href' => 'url' ],
		'AMP-IMG' => [ 'src' => 'url', 'srcset' => 'set' ],
		'BODY'    => [ 'background' => 'url' ],
		'TABLE'   => [ 'background' => 'url' ],
		'TD'      => [ 'background' => 'url' ],
	];

	/** What attributes hold on whatever tag: those of lazy loaders, sliders, lightboxes and shops. */
	const OF_ANY = [
		'style'                         => 'css',
		'data-style'                    => 'css',
		'data-lazy-style'               => 'css',
		'data-src'                      => 'url',
		'data-srcset'                   => 'set',
		'data-lazy'                     => 'url',
		'data-lazy-src'                 => 'url',
		'data-lazy-srcset'              => 'set',
		'data-lazyload'                 => 'url',
		'data-original'                 => 'url',
		'data-original-set'             => 'set',
		'data-bg'                       => 'url',
		'data-bg-image'                 => 'url',
		'data-bg-url'                   => 'url',
		'data-bgset'                    => 'set',
		'data-background'               => 'url',
		'data-background-image'         => 'url',
		'data-lazy-background'          => 'url',
		'data-poster'                   => 'url',
		'data-image'                    => 'url',
		'data-image-src'                => 'url',
		'data-full'                     => 'url',
		'data-full-url'                 => 'url',
		'data-large-file'               => 'url',
		'data-medium-file'              => 'url',
		'data-orig-file'                => 'url',
		'data-zoom-image'               => 'url',
		'data-retina'                   => 'url',
		'data-thumbnail'                => 'url',
		'data-thumb'                    => 'url',
		'data-thumb-srcset'             => 'set',
		'data-large_image'              => 'url',
		'data-flickity-lazyload'        => 'url',
		'data-flickity-lazyload-src'    => 'url',
		'data-flickity-lazyload-srcset' => 'set',
		'data-flickity-bg-lazyload'     => 'url',
		'data-splide-lazy'              => 'url',
		'data-splide-lazy-srcset'       => 'set',
		'data-product_variations'       => 'json',
		'data-settings'                 => 'json',
		'data-wp-context'               => 'json',
	];

	/** Elements whose end is always written, so that what is inside them can be skipped with them. */
	const CONTAINERS = [ 'A', 'ARTICLE', 'ASIDE', 'BLOCKQUOTE', 'DIV', 'FIGURE', 'FOOTER', 'HEADER', 'MAIN', 'NAV', 'OL', 'PICTURE', 'SECTION', 'SPAN', 'TABLE', 'UL', 'VIDEO' ];

	const PICTURE_LINKS = [ 'icon', 'apple-touch-icon', 'apple-touch-icon-precomposed', 'image_src' ];

	private Freshet_Pictures $pictures;
	private string $skip_class;
	private bool $links;
	private bool $offers_widths;

	private bool $may_skip = false; // Whether the page has the class at all.
	private string $skipped = ''; // The container that is being skipped, and how many of its kind are open.
	private int $depth = 0;
	private bool $in_picture = false;

	public function __construct( Freshet_Pictures $pictures, Freshet_Settings $settings ) {
		$this->pictures      = $pictures;
		$this->skip_class    = $settings->skip_class();
		$this->links         = $settings->saved()['links'];
		$this->offers_widths = 'ladder' === $settings->saved()['responsive'];
	}

	/** The page with delivery URLs; walking through the result changes nothing more. */
	public function rewrite( string $html ): string {
		// Where elements end matters only where something is skipped, or images get widths, which those in a picture do not.
		$this->may_skip = '' !== $this->skip_class && false !== strpos( $html, $this->skip_class );
		$is_nested      = $this->may_skip || ( $this->offers_widths && false !== stripos( $html, '<picture' ) );
		return Freshet_Tags::change( $html, $is_nested, [ $this, $is_nested ? 'change_nested' : 'change_one' ] );
	}

	/** @param string[] $found What Freshet_Tags::change() says of one tag. */
	public function change_nested( array $found ): string {
		$tag      = strtoupper( ltrim( $found[1], '/' ) );
		$is_begin = '/' !== $found[1][0];
		if ( 'PICTURE' === $tag ) {
			$this->in_picture = $is_begin;
		}
		if ( $tag === $this->skipped ) {
			$this->depth  += $is_begin ? 1 : -1;
			$this->skipped = $this->depth > 0 ? $tag : '';
			return $found[0];
		}
		if ( '' !== $this->skipped || ! $is_begin ) {
			return $found[0];
		}
		if ( $this->may_skip && false !== strpos( $found[0], $this->skip_class ) && $this->is_skipped( $found ) ) {
			$this->skipped = in_array( $tag, self::CONTAINERS, true ) ? $tag : '';
			$this->depth   = 1;
			return $found[0];
		}
		return $this->change_one( $found );
	}

	/** @param string[] $found What Freshet_Tags::change() says of one tag. */
	public function change_one( array $found ): string {
		$rest   = $found[2] ?? '';
		$opener = '' === $rest ? $found[0] : substr( $found[0], 0, -strlen( $rest ) );
		if ( isset( $found[3] ) && 'STYLE' === strtoupper( $found[1] ) && false !== stripos( $found[3], 'url(' ) ) {
			$rest = Freshet_Markup::in_css( $found[3], [ $this->pictures, 'url' ] ) . substr( $rest, strlen( $found[3] ) );
		}
		return ( $this->pictures->may_be_in( $opener ) ? $this->change_tag( $opener, $found[1] ) : $opener ) . $rest;
	}

	private function change_tag( string $opener, string $written ): string {
		$tag  = new Freshet_Tag( $opener, strlen( $written ) );
		$type = strtoupper( $written );
		if ( 'LINK' === $type && ! $this->is_picture_link( $tag ) ) {
			return $opener;
		}
		if ( $this->offers_widths && 'IMG' === $type && ! $this->in_picture && ! $tag->has( 'srcset' ) ) {
			$this->offer_widths( $tag );
		}
		foreach ( $tag->names() as $name ) {
			$kind = self::OF_ANY[ $name ] ?? self::OF_TAG[ $type ][ $name ] ?? '';
			if ( '' === $kind || ( 'link' === $kind && ! $this->links ) ) {
				continue;
			}
			$old = $tag->get( $name );
			$new = '' === $old ? null : $this->changed( $kind, $old );
			if ( null !== $new && $new !== $old ) {
				$tag->set( $name, $new );
			}
		}
		return $tag->html();
	}

	private function changed( string $kind, string $value ): ?string {
		$url = [ $this->pictures, 'url' ];
		switch ( $kind ) {
			case 'set':
				return $this->pictures->set( $value );
			case 'json':
				return Freshet_Markup::in_json( $value, $url, [ $this->pictures, 'set' ] );
			case 'css':
				return false === stripos( $value, 'url(' ) ? null : Freshet_Markup::in_css( $value, $url );
			default: // Some loaders write a whole url() there.
				return false === stripos( $value, 'url(' ) ? $this->pictures->url( $value ) : Freshet_Markup::in_css( $value, $url );
		}
	}

	/** Lets browsers choose among the widths of the ladder, in the words in which WordPress does it for its own sizes. */
	private function offer_widths( Freshet_Tag $tag ): void {
		$width = $tag->get( 'width' );
		$set   = preg_match( '/^[1-9]\d{0,4}$/D', $width ) ? $this->pictures->set_for( $tag->get( 'src' ) ) : null;
		if ( null === $set ) {
			return;
		}
		$tag->set( 'srcset', $set );
		if ( ! $tag->has( 'sizes' ) ) {
			$auto = 'lazy' === strtolower( $tag->get( 'loading' ) ) ? 'auto, ' : '';
			$tag->set( 'sizes', "$auto(max-width: {$width}px) 100vw, {$width}px" );
		}
	}

	/** @param string[] $found What Freshet_Tags::change() says of one tag. */
	private function is_skipped( array $found ): bool {
		$tag = new Freshet_Tag( $found[0], strlen( $found[1] ) );
		return in_array( $this->skip_class, preg_split( '/[ \t\n\r\f]+/', $tag->get( 'class' ) ), true );
	}

	private function is_picture_link( Freshet_Tag $tag ): bool {
		$rel = preg_split( '/\s+/', strtolower( $tag->get( 'rel' ) ) );
		return array_intersect( $rel, self::PICTURE_LINKS )
			|| ( in_array( 'preload', $rel, true ) && 'image' === strtolower( $tag->get( 'as' ) ) );
	}
}
