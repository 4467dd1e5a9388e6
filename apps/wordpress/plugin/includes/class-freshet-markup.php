<?php
/**
 * URLs inside attribute values that hold more than one. Pure.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Markup {
	/** Comments, url() in its three spellings, and strings, which may look like either. */
	const CSS = '~/\*.*?(?:\*/|$)|(?<![\w\-\\\\\x80-\xff])url\(\s*+(?:"(?<double>[^"\\\\\n]*+)"|\'(?<single>[^\'\\\\\n]*+)\'|(?<bare>[^\s"\'()\\\\]++))\s*+\)|"(?:[^"\\\\\n]++|\\\\.)*+"?|\'(?:[^\'\\\\\n]++|\\\\.)*+\'?~is';

	/** A string of JSON, and the colon that makes it a name. */
	const JSON = '~"((?:[^"\\\\]++|\\\\.)*+)"(\s*+:)?~s';

	/**
	 * Every candidate of a srcset, found as browsers find it: a URL ends at white space, not at a comma inside it.
	 *
	 * @param callable(string):?string $replace Null leaves the URL as it is.
	 */
	public static function in_set( string $set, callable $replace ): string {
		$out = '';
		foreach ( self::candidates( $set ) as list( $before, $url, $after ) ) {
			$out .= $before . ( '' === $url ? '' : ( $replace( $url ) ?? $url ) ) . $after;
		}
		return $out;
	}

	/**
	 * The candidates of a srcset. All parts in order are the set again.
	 *
	 * @return array<int,array{string,string,string}> What stands before the URL, the URL, and what stands behind it.
	 */
	public static function candidates( string $set ): array {
		$found = [];
		$end   = strlen( $set );
		$at    = 0;
		while ( $at < $end ) {
			$gap    = strspn( $set, " \t\n\r\f,", $at );
			$before = substr( $set, $at, $gap );
			$at    += $gap;
			$word   = substr( $set, $at, strcspn( $set, " \t\n\r\f", $at ) );
			$url    = rtrim( $word, ',' );
			$after  = substr( $word, strlen( $url ) );
			$at    += strlen( $word );
			// A comma right behind the URL: no descriptor follows. Else descriptors up to the next comma; one inside
			// parentheses is not the end.
			if ( $url === $word && preg_match( '/\G(?:\([^)]*+\)?|[^,(])*+/', $set, $rest, 0, $at ) ) {
				$after .= $rest[0];
				$at    += strlen( $rest[0] );
			}
			$found[] = [ $before, $url, $after ];
		}
		return $found;
	}

	/**
	 * Every url() of a style sheet or a style attribute, outside of comments and strings. One that uses CSS escapes is left
	 * alone.
	 *
	 * @param callable(string):?string $replace Null leaves the URL as it is.
	 */
	public static function in_css( string $css, callable $replace ): string {
		return preg_replace_callback(
			self::CSS,
			static function ( array $match ) use ( $replace ): string {
				$url = implode( '', array_intersect_key( $match, [ 'double' => 1, 'single' => 1, 'bare' => 1 ] ) );
				$new = '' === $url ? null : $replace( $url );
				// What would end the url() here is another spelling of the same in a URL.
				return null === $new ? $match[0] : str_replace( $url, strtr( $new, [ '(' => '%28', ')' => '%29', "'" => '%27' ] ), $match[0] );
			},
			$css
		) ?? $css;
	}

	/**
	 * Every URL that is a whole value of a JSON text, and every list of candidates under a name that ends in `srcset`. All
	 * other bytes stay as they are.
	 *
	 * @param callable(string):?string $replace  Null leaves the URL as it is.
	 * @param callable(string):?string $replace_set The same for a list.
	 */
	public static function in_json( string $json, callable $replace, callable $replace_set ): string {
		$name = '';
		return preg_replace_callback(
			self::JSON,
			static function ( array $match ) use ( $replace, $replace_set, &$name ): string {
				if ( isset( $match[2] ) ) {
					$name = $match[1];
					return $match[0];
				}
				$value = false === strpos( $match[1], '/' ) ? null : json_decode( "\"{$match[1]}\"" );
				if ( ! is_string( $value ) ) {
					return $match[0];
				}
				$new = 'srcset' === substr( $name, -6 ) ? $replace_set( $value ) : $replace( $value );
				if ( null === $new || $new === $value ) {
					return $match[0];
				}
				return (string) wp_json_encode( $new, false === strpos( $match[1], '\\/' ) ? JSON_UNESCAPED_SLASHES : 0 );
			},
			$json
		) ?? $json;
	}
}
