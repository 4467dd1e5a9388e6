<?php
/**
 * Which sizes of a picture are nothing but the full picture made smaller, and which widths a page may offer. Pure.
 *
 * A size keeps a file of its own where it is a crop, where somebody edited it alone, and where it has another format.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Cuts {
	/** `hat-300x200.jpg`. An animation's sizes stand still: it is never cut. */
	const SIZED = '/^(?<stem>.+)-(?<width>[1-9]\d{0,4})x(?<height>[1-9]\d{0,4})\.(?<extension>jpe?g|jpe|png|webp|avif)$/iD';

	/** What WordPress adds to the name of the full picture that it made itself; the one that it uses comes first. */
	const MADE = [ '-scaled', '-rotated', '' ];

	/**
	 * The files that may be the full picture of a size, the likeliest first.
	 *
	 * @return string[] None for what is named like no size.
	 */
	public static function full_names( string $path ): array {
		if ( ! preg_match( self::SIZED, $path, $name ) ) {
			return [];
		}
		return array_map(
			static function ( string $made ) use ( $name ): string {
				return "{$name['stem']}$made.{$name['extension']}";
			},
			self::MADE
		);
	}

	/**
	 * The width at which a full picture gives the same picture as one of its sizes.
	 *
	 * @param array{int,int} $full Width and height of the full picture.
	 * @return int 0 where it does not.
	 */
	public static function width_of( string $path, array $full ): int {
		if ( ! preg_match( self::SIZED, $path, $name ) || (int) $name['width'] > $full[0] ) {
			return 0;
		}
		$height = $full[1] * $name['width'] / $full[0];
		return abs( $height - $name['height'] ) <= 1 ? (int) $name['width'] : 0;
	}

	/**
	 * The widths to offer of a picture.
	 *
	 * @param int[] $ladder Ascending.
	 * @param int   $width  The picture's own.
	 * @return int[] Ascending; the last is the picture's own where the ladder reaches it.
	 */
	public static function rungs( array $ladder, int $width ): array {
		$rungs = array_values(
			array_filter(
				$ladder,
				static function ( int $rung ) use ( $width ): bool {
					return $rung < $width;
				}
			)
		);
		return $ladder && $width <= max( $ladder ) ? array_merge( $rungs, [ $width ] ) : $rungs;
	}
}
