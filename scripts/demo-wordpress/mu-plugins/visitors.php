<?php
/**
 * The Playground sends whoever has no cookies away to be logged in. Programs that ask the REST API, as Freshet's connector
 * does, are not visitors and would never come back.
 */
defined( 'ABSPATH' ) || exit;

if ( isset( $_GET['rest_route'] ) ) {
	add_action(
		'init',
		static function () {
			remove_action( 'init', 'playground_auto_login', 1 );
		},
		0
	);
}
