<?php
/**
 * Plugin Name:       Freshet
 * Description:       Delivers your pictures through your own Freshet server, and tells it the moment one of them changes.
 * Version:           0.1.0
 * Requires at least: 6.2
 * Requires PHP:      7.4
 * Author:            The Freshet contributors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       freshet
 * Domain Path:       /languages
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

define( 'FRESHET_VERSION', '0.1.0' );
define( 'FRESHET_FILE', __FILE__ );

spl_autoload_register(
	static function ( string $class ): void {
		if ( 0 === strpos( $class, 'Freshet_' ) ) {
			$file = __DIR__ . '/includes/class-' . str_replace( '_', '-', strtolower( $class ) ) . '.php';
			if ( is_file( $file ) ) {
				require $file;
			}
		}
	}
);

/**
 * The one instance of the plugin; its properties are its parts.
 */
function freshet(): Freshet_Plugin {
	static $plugin = null;
	if ( null === $plugin ) {
		$plugin = new Freshet_Plugin();
	}
	return $plugin;
}

register_activation_hook( __FILE__, [ 'Freshet_Schema', 'activate' ] );
register_deactivation_hook( __FILE__, [ 'Freshet_Schema', 'deactivate' ] );
freshet()->listen();
