<?php
/**
 * A walk through a page or a piece of one. WordPress's own HTML API changes the attributes named here and leaves every other
 * byte alone.
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
	private bool $is_waiting = false; // Whether something was changed that is not applied yet.
	private string $skip_class;
	private bool $links;

	public function __construct( Freshet_Pictures $pictures, Freshet_Settings $settings ) {
		$this->pictures   = $pictures;
		$this->skip_class = $settings->skip_class();
		$this->links      = $settings->saved()['links'];
	}

	/** The page with delivery URLs; walking through the result changes nothing more. */
	public function rewrite( string $html ): string {
		$tags       = new WP_HTML_Tag_Processor( $html );
		$skipped    = '';    // The container that is being skipped, and how many of its kind are open.
		$depth      = 0;
		$in_picture = false;
		// Classes, and where elements end, matter only where something is skipped or stands in a picture.
		$may_skip = '' !== $this->skip_class && false !== strpos( $html, $this->skip_class );
		$query    = $may_skip || false !== stripos( $html, '<picture' ) ? [ 'tag_closers' => 'visit' ] : [];
		while ( $tags->next_tag( $query ) ) {
			$tag      = $tags->get_tag();
			$is_begin = ! $tags->is_tag_closer();
			if ( $tag === $skipped ) {
				$depth  += $is_begin ? 1 : -1;
				$skipped = $depth > 0 ? $skipped : '';
			} elseif ( 'PICTURE' === $tag ) {
				$in_picture = $is_begin;
			}
			if ( '' !== $skipped || ! $is_begin ) {
				continue;
			}
			if ( 'STYLE' === $tag ) {
				$this->change_style( $tags );
			}
			$names = $tags->get_attribute_names_with_prefix( '' );
			if ( ! $names ) {
				continue;
			}
			if ( $may_skip && $this->is_skipped( $tags ) ) {
				$skipped = in_array( $tag, self::CONTAINERS, true ) ? $tag : '';
				$depth   = 1;
				continue;
			}
			if ( 'IMG' === $tag && ! $in_picture && ! in_array( 'srcset', $names, true ) && in_array( 'width', $names, true ) ) {
				$this->offer_widths( $tags, $names );
			}
			foreach ( $names as $name ) {
				$kind = self::OF_ANY[ $name ] ?? self::OF_TAG[ $tag ][ $name ] ?? '';
				if ( '' !== $kind ) {
					$this->change( $tags, $tag, $name, $kind );
				}
			}
			if ( $this->is_waiting ) {
				$tags->get_updated_html(); // What is not applied yet is looked through again at every tag that follows.
				$this->is_waiting = false;
			}
		}
		return $tags->get_updated_html();
	}

	private function change( WP_HTML_Tag_Processor $tags, string $tag, string $name, string $kind ): void {
		if ( ( 'LINK' === $tag && ! $this->is_picture_link( $tags ) ) || ( 'link' === $kind && ! $this->links ) ) {
			return;
		}
		$old = Freshet_Attribute::read( $tags, $name );
		$new = '' === $old ? null : $this->changed( $kind, $old );
		if ( null !== $new && $new !== $old ) {
			Freshet_Attribute::write( $tags, $name, $new );
			$this->is_waiting = true;
		}
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
	private function offer_widths( WP_HTML_Tag_Processor $tags, array $names ): void {
		$width = Freshet_Attribute::read( $tags, 'width' );
		$set   = preg_match( '/^[1-9]\d{0,4}$/D', $width ) ? $this->pictures->set_for( Freshet_Attribute::read( $tags, 'src' ) ) : null;
		if ( null === $set ) {
			return;
		}
		Freshet_Attribute::write( $tags, 'srcset', $set );
		if ( ! in_array( 'sizes', $names, true ) ) {
			$auto = 'lazy' === strtolower( Freshet_Attribute::read( $tags, 'loading' ) ) ? 'auto, ' : '';
			Freshet_Attribute::write( $tags, 'sizes', "$auto(max-width: {$width}px) 100vw, {$width}px" );
		}
	}

	/** Style sheets inside the page. WordPress can change them since 6.7. */
	private function change_style( WP_HTML_Tag_Processor $tags ): void {
		if ( ! method_exists( $tags, 'set_modifiable_text' ) ) {
			return;
		}
		$old = $tags->get_modifiable_text();
		$new = false === stripos( $old, 'url(' ) ? $old : Freshet_Markup::in_css( $old, [ $this->pictures, 'url' ] );
		if ( $new !== $old ) {
			$tags->set_modifiable_text( $new );
		}
	}

	private function is_skipped( WP_HTML_Tag_Processor $tags ): bool {
		return in_array( $this->skip_class, preg_split( '/[ \t\n\r\f]+/', Freshet_Attribute::read( $tags, 'class' ) ), true );
	}

	private function is_picture_link( WP_HTML_Tag_Processor $tags ): bool {
		$rel = preg_split( '/\s+/', strtolower( Freshet_Attribute::read( $tags, 'rel' ) ) );
		return array_intersect( $rel, self::PICTURE_LINKS )
			|| ( in_array( 'preload', $rel, true ) && 'image' === strtolower( Freshet_Attribute::read( $tags, 'as' ) ) );
	}
}
