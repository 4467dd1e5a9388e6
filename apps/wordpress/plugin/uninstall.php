<?php
/**
 * Runs when the plugin is deleted.
 *
 * @package Freshet
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/class-freshet-schema.php';
if ( ! is_multisite() ) {
	Freshet_Schema::remove();
	return;
}
foreach ( get_sites( [ 'fields' => 'ids', 'number' => 0 ] ) as $freshet_site ) {
	switch_to_blog( $freshet_site );
	Freshet_Schema::remove();
	restore_current_blog();
}
