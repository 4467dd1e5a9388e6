<?php
/**
 * The tests run inside a real, installed WordPress: WP_SITE is its folder, and the plugin is active there.
 */
$site = getenv( 'WP_SITE' );
if ( ! $site || ! is_file( "$site/wp-load.php" ) ) {
	fwrite( STDERR, "WP_SITE must be the folder of an installed WordPress in which the plugin is active.\n" );
	exit( 1 );
}
// A network finds its blog by the host, with the port that wp-config.php has.
preg_match( "/'DOMAIN_CURRENT_SITE', '([^']+)'/", file_get_contents( "$site/wp-config.php" ), $domain );
$_SERVER += [
	'HTTP_HOST'       => $domain[1] ?? '127.0.0.1',
	'SERVER_NAME'     => '127.0.0.1',
	'REMOTE_ADDR'     => '127.0.0.1',
	'SERVER_PROTOCOL' => 'HTTP/1.1',
	'REQUEST_METHOD'  => 'GET',
	'REQUEST_URI'     => '/',
];
$_SERVER['PHP_SELF'] = '/index.php';
define( 'WP_USE_THEMES', false );
require "$site/wp-load.php";
foreach ( [ 'image', 'file', 'media', 'image-edit', 'template', 'plugin' ] as $part ) {
	require_once ABSPATH . "wp-admin/includes/$part.php";
}
wp_set_current_user( 1 );
require __DIR__ . '/Freshet_Case.php';
