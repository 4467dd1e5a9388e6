<?php
/**
 * The grammar of delivery URLs: `<endpoint>/v7/<original>?w=<width>&vh=<version>`. Pure.
 * Held to the same vectors as every other implementation of the grammar.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Delivery_Url {
	/** A path that every client sends as it is: no query, no fragment, nothing that needs an escape. */
	const PLAIN = '/^(?:[A-Za-z0-9\-._~!$&\'()*+,;=:@\/]|%[0-9A-Fa-f]{2})*$/D';

	/** Dot segments, which clients resolve before they send. */
	const DOTS = '/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i';

	/** What a server would take for something else: an original sent encoded, or the version segment. */
	const AMBIGUOUS = '/^(?:https?%3a%2f|v7\/)/i';

	/**
	 * @param string $original An absolute URL, or one without scheme, or one that begins with an alias.
	 * @param string $version  '' for none.
	 * @param int    $width    Pixels the answer should be wide; 0 for the original's own.
	 */
	public static function build( string $endpoint, string $original, string $version, int $width = 0 ): string {
		return self::ask( self::base( $endpoint, $original ), $version, $width );
	}

	/**
	 * What every delivery URL of an original begins with. An original that carries a query or reserved characters is
	 * percent-encoded and marked with `ci_url_encoded=1`.
	 */
	public static function base( string $endpoint, string $original ): string {
		// Proxies and templates make `http:/host` and `HTTP://host` of a scheme.
		$original = preg_replace_callback(
			'~^(https?)(?::|%3a)/+~i',
			static function ( array $scheme ): string {
				return strtolower( $scheme[1] ) . '://';
			},
			ltrim( $original, '/' )
		);
		$is_plain = preg_match( self::PLAIN, $original ) && ! preg_match( self::DOTS, $original ) && ! preg_match( self::AMBIGUOUS, $original );
		return rtrim( $endpoint, '/' ) . '/v7/' . ( $is_plain ? $original : rawurlencode( $original ) . '?ci_url_encoded=1' );
	}

	/** The delivery URL with that base for a version and a width. */
	public static function ask( string $base, string $version, int $width = 0 ): string {
		$query = ( 0 === $width ? '' : "&w=$width" ) . ( '' === $version ? '' : '&vh=' . rawurlencode( $version ) );
		return '' === $query || false !== strpos( $base, '?' ) ? $base . $query : $base . '?' . substr( $query, 1 );
	}
}
