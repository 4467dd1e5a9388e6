<?php
/**
 * The grammar of delivery URLs: `<endpoint>/v7/<original>?vh=<version>`. Pure.
 * Held to the same vectors as every other implementation of the grammar.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Delivery_Url {
	/**
	 * @param string $endpoint Without a slash at the end.
	 * @param string $original An absolute URL in ASCII.
	 * @param string $version  '' for none.
	 */
	public static function build( string $endpoint, string $original, string $version ): string {
		$fragment = '';
		$hash     = strpos( $original, '#' );
		if ( false !== $hash ) {
			$fragment = substr( $original, $hash );
			$original = substr( $original, 0, $hash );
		}
		$query = [];
		if ( false !== strpos( $original, '?' ) ) {
			// The original's own query is data, not parameters.
			$original = rawurlencode( $original );
			$query[]  = 'ci_url_encoded=1';
		}
		if ( '' !== $version ) {
			$query[] = 'vh=' . rawurlencode( $version );
		}
		return "$endpoint/v7/$original" . ( $query ? '?' . implode( '&', $query ) : '' ) . $fragment;
	}
}
