<?php
/**
 * The answer to the visitor, whom work that comes after it should not keep waiting.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Answer {
	/** Sends all of the answer. Where PHP cannot end it before the request ends, the visitor has at least every byte. */
	public static function send(): void {
		if ( function_exists( 'fastcgi_finish_request' ) ) {
			fastcgi_finish_request();
		} elseif ( function_exists( 'litespeed_finish_request' ) ) {
			litespeed_finish_request();
		} else {
			flush();
		}
	}
}
