<?php
/**
 * Signatures in the manner of Standard Webhooks: HMAC-SHA-256 over `id.timestamp.text`, base64, prefixed `v1,`.
 * Pure: knows neither WordPress nor the clock.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Signature {
	/** How far two clocks may be apart, and how long a recorded request could be replayed. */
	const TOLERANCE_SECONDS = 300;

	/** The value of `webhook-signature`. */
	public static function sign( string $secret, string $id, int $timestamp, string $text ): string {
		return 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$timestamp.$text", $secret, true ) );
	}

	/**
	 * The three headers of a signed request. While a secret is being replaced it is signed with both: the other side may
	 * have either.
	 *
	 * @param string[] $secrets One, or two during a rotation.
	 * @return array<string,string>
	 */
	public static function headers( array $secrets, string $id, int $timestamp, string $text ): array {
		$signatures = [];
		foreach ( $secrets as $secret ) {
			$signatures[] = self::sign( $secret, $id, $timestamp, $text );
		}
		return [
			'webhook-id'        => $id,
			'webhook-timestamp' => (string) $timestamp,
			'webhook-signature' => implode( ' ', $signatures ),
		];
	}

	/**
	 * Whether one of the secrets signed this text within the tolerance. Compares in constant time.
	 *
	 * @param string[] $secrets    Accepted secrets; none accepts nothing.
	 * @param string   $signatures The header: one or more signatures, separated by spaces.
	 */
	public static function verify( array $secrets, string $id, string $timestamp, string $signatures, string $text, int $now ): bool {
		// No dot in the id: `id.timestamp.text` must be readable in one way only.
		if ( ! preg_match( '/^[A-Za-z0-9_-]{1,128}$/D', $id ) || ! preg_match( '/^[1-9]\d{0,11}$/D', $timestamp ) || abs( $now - (int) $timestamp ) > self::TOLERANCE_SECONDS ) {
			return false;
		}
		$genuine = false;
		foreach ( $secrets as $secret ) {
			$expected = self::sign( $secret, $id, (int) $timestamp, $text );
			foreach ( array_slice( explode( ' ', $signatures ), 0, 8 ) as $signature ) {
				$genuine = hash_equals( $expected, $signature ) || $genuine;
			}
		}
		return $genuine;
	}
}
