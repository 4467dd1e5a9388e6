<?php
/**
 * Runs when the plugin is deleted.
 *
 * @package Freshet
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/class-freshet-plugin.php';
require_once __DIR__ . '/includes/class-freshet-schema.php';
require_once __DIR__ . '/includes/class-freshet-blogs.php';
Freshet_Blogs::each( [ 'Freshet_Schema', 'remove' ] );
