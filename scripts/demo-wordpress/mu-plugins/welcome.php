<?php
/**
 * Whoever opens a page of the demo's admin is its administrator, without a password. The Playground can do that too, but
 * sends every program away that keeps no cookies, and with them Freshet's connector.
 */
defined( 'ABSPATH' ) || exit;

add_action(
	'init',
	static function () {
		// Once: a browser that keeps no cookies gets the form.
		$is_page = 0 === strpos( $_SERVER['REQUEST_URI'] ?? '', '/wp-admin/' ) && ! wp_doing_ajax();
		if ( $is_page && ! is_user_logged_in() && ! isset( $_GET['welcome'] ) ) {
			wp_set_auth_cookie( 1, true );
			wp_safe_redirect( add_query_arg( 'welcome', '1' ) );
			exit;
		}
	},
	1
);
add_filter( 'removable_query_args', static fn( $names ) => array_merge( $names, [ 'welcome' ] ) );
add_filter( 'admin_email_check_interval', '__return_zero' );
