<?php
/**
 * The blogs of a network. Each has its own tables, options, schedule and uploads folder; without a network there is one.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Blogs {
	const AT_ONCE = 100;

	/**
	 * Does something as if the request had come for that blog.
	 *
	 * @param callable():mixed $work
	 * @return mixed What it answers.
	 */
	public static function in( int $blog, callable $work ) {
		if ( ! is_multisite() || get_current_blog_id() === $blog ) {
			return $work();
		}
		switch_to_blog( $blog );
		try {
			return $work();
		} finally {
			restore_current_blog();
		}
	}

	/**
	 * Does something once for every blog.
	 *
	 * @param callable():void $work
	 * @param int             $network Only this network's; 0 for every network's.
	 */
	public static function each( callable $work, int $network = 0 ): void {
		if ( ! is_multisite() ) {
			$work();
			return;
		}
		$question = [ 'fields' => 'ids', 'number' => self::AT_ONCE, 'orderby' => 'id', 'order' => 'ASC' ] + ( $network ? [ 'network_id' => $network ] : [] );
		for ( $offset = 0; $offset >= 0; ) {
			$blogs = get_sites( $question + [ 'offset' => $offset ] );
			foreach ( $blogs as $blog ) {
				self::in( (int) $blog, $work );
			}
			$offset = count( $blogs ) < self::AT_ONCE ? -1 : $offset + self::AT_ONCE;
		}
	}
}
