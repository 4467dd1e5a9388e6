<?php
/**
 * URLs inside attribute values that hold more than one. Pure.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Markup {
	/**
	 * Every candidate of a srcset, found as browsers find it: a URL ends at white space, not at a comma inside it.
	 *
	 * @param callable(string):?string $replace Null leaves the URL as it is.
	 */
	public static function in_set( string $set, callable $replace ): string {
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

	/**
	 * Every url() of a style attribute. One that uses CSS escapes is left alone.
	 *
	 * @param callable(string):?string $replace Null leaves the URL as it is.
	 */
	public static function in_css( string $css, callable $replace ): string {
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
}
