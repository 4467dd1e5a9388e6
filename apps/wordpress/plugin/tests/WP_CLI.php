<?php
/**
 * The few calls of WP-CLI that the plugin makes, kept instead of printed. WP-CLI itself cannot be had as a package.
 */
namespace {
	final class WP_CLI {
		/** @var string[] */
		public static array $said = [];

		/** @var array[] */
		public static array $rows = [];

		public static function log( string $text ): void {
			self::$said[] = $text;
		}

		public static function success( string $text ): void {
			self::$said[] = "Success: $text";
		}

		public static function warning( string $text ): void {
			self::$said[] = "Warning: $text";
		}

		public static function error( string $text ): void {
			throw new RuntimeException( $text ); // WP-CLI ends here.
		}
	}
}

namespace WP_CLI\Utils {
	function format_items( string $format, array $items, array $columns ): void {
		foreach ( $items as $item ) {
			if ( array_keys( $item ) !== $columns ) {
				throw new \LogicException( 'Columns differ from items.' );
			}
		}
		\WP_CLI::$rows = $items;
	}
}
