<?php
/**
 * Installs WordPress without a web server, activates plugins and prints the administrator's passwords.
 *   php install.php <site> <url> [plugin/main.php,…] [network]
 * A network has its blogs in folders; wp-config.php has to say so afterwards.
 */
[ , $site, $url ] = $argv;
$parts = parse_url( $url );

$_SERVER['HTTP_HOST']       = $parts['host'] . ':' . $parts['port'];
$_SERVER['SERVER_NAME']     = $parts['host'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['PHP_SELF']        = '/index.php'; // WordPress guesses its own address from it.

define( 'WP_INSTALLING', true );
require "$site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

// There is no mail server in a test.
function wp_new_blog_notification() {}

$login = bin2hex( random_bytes( 8 ) );
wp_install( 'Journey', 'admin', 'admin@example.test', true, '', $login );
update_option( 'permalink_structure', '/%postname%/' );
flush_rewrite_rules( false );

if ( 'network' === ( $argv[4] ?? '' ) ) {
	foreach ( $GLOBALS['wpdb']->tables( 'ms_global' ) as $table => $name ) {
		$GLOBALS['wpdb']->$table = $name;
	}
	install_network();
	populate_network( 1, $_SERVER['HTTP_HOST'], 'admin@example.test', 'Network', '/', false );
}

foreach ( array_filter( explode( ',', $argv[3] ?? '' ) ) as $plugin ) {
	$result = activate_plugin( $plugin );
	if ( is_wp_error( $result ) ) {
		fwrite( STDERR, "$plugin: " . $result->get_error_message() . "\n" );
		exit( 1 );
	}
}

wp_upload_dir(); // Makes the folder of the month: of two requests that do so at once, WordPress fails one.

[ $password ] = WP_Application_Passwords::create_new_application_password( 1, array( 'name' => 'journey' ) );
echo json_encode( array( 'wordpress' => $GLOBALS['wp_version'], 'php' => PHP_VERSION, 'user' => 'admin', 'password' => $password, 'login' => $login ) );
