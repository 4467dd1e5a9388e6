<?php
/**
 * What tests ask of a page by a header:
 *   x-without: 1   (or ?without=1) as it would be if the plugin rewrote nothing
 *   x-cache: store keeps what leaves, as page caches do that begin before WordPress
 *   x-cache: show  shows that again from inside a template, as other page caches do
 */
add_filter(
	'option_freshet_settings',
	static function ( $saved ) {
		return isset( $_SERVER['HTTP_X_WITHOUT'] ) || isset( $_GET['without'] ) ? [ 'enabled' => false ] + (array) $saved : $saved;
	}
);

$kept = WP_CONTENT_DIR . '/page-cache.html';
if ( 'store' === ( $_SERVER['HTTP_X_CACHE'] ?? '' ) ) {
	ob_start(
		static function ( $html ) use ( $kept ) {
			file_put_contents( $kept, $html );
			return $html;
		}
	);
}
add_action(
	'template_redirect',
	static function () use ( $kept ) {
		if ( 'show' === ( $_SERVER['HTTP_X_CACHE'] ?? '' ) ) {
			header( 'Content-Type: text/html; charset=UTF-8' );
			readfile( $kept );
			exit;
		}
	},
	20
);
