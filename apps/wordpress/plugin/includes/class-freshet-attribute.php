<?php
/**
 * Reads and writes attribute values so that they mean the same in every version of WordPress: what is written is read again as
 * exactly that, whatever it looks like. Up to 6.8 WordPress takes `&quot;` in a value for a character that is escaped already,
 * and on PHP before 8.1 early versions do not decode apostrophes.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Attribute {
	/** @return string '' for an attribute that is not there or has no value. */
	public static function read( WP_HTML_Tag_Processor $tags, string $name ): string {
		$value = $tags->get_attribute( $name );
		if ( ! is_string( $value ) ) {
			return '';
		}
		return self::decodes_apostrophes() || false === strpos( $value, '&' ) ? $value : str_replace( [ '&#039;', '&#39;', '&#x27;', '&apos;' ], "'", $value );
	}

	/** Leaves an attribute alone that WordPress would empty, because its bytes are not of the site's charset. */
	public static function write( WP_HTML_Tag_Processor $tags, string $name, string $value ): void {
		if ( '' !== $value && '' === wp_check_invalid_utf8( $value ) ) {
			return;
		}
		static $urls = null;
		$urls        = $urls ?? array_fill_keys( wp_kses_uri_attributes(), true );
		$is_url      = isset( $urls[ $name ] ); // WordPress escapes those in another way.
		$tags->set_attribute( $name, $is_url || self::escapes_all() ? $value : str_replace( '&', '&amp;', $value ) );
	}

	private static function escapes_all(): bool {
		static $escapes = null;
		if ( null === $escapes ) {
			$probe = new WP_HTML_Tag_Processor( '<i>' );
			$probe->next_tag();
			$probe->set_attribute( 'data-a', '&amp;' );
			$escapes = false !== strpos( $probe->get_updated_html(), '&amp;amp;' );
		}
		return $escapes;
	}

	private static function decodes_apostrophes(): bool {
		static $decodes = null;
		if ( null === $decodes ) {
			$probe = new WP_HTML_Tag_Processor( '<i data-a="&#039;">' );
			$probe->next_tag();
			$decodes = "'" === $probe->get_attribute( 'data-a' );
		}
		return $decodes;
	}
}
