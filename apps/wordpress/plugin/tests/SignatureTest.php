<?php

use PHPUnit\Framework\TestCase;

final class SignatureTest extends TestCase {
	public function test_signs_what_standard_webhooks_signs(): void {
		// HMAC-SHA-256 of `msg_1.1700000000.{}` under `secret`, computed with openssl.
		$this->assertSame( 'v1,A5oIrJxXPB/PkULSoVu0e4khvPiqpF9vljmhkSKg0FI=', Freshet_Signature::sign( 'secret', 'msg_1', 1700000000, '{}' ) );
	}

	/** @dataProvider requests */
	public function test_accepts_only_what_is_genuine_and_recent( bool $genuine, array $changes ): void {
		$text    = 'GET /freshet/v1/events?after=0&limit=100';
		$request = $changes + [
			'secrets'   => [ 'new', 'old' ],
			'id'        => 'msg_1',
			'timestamp' => '1700000000',
			'signature' => Freshet_Signature::sign( 'new', 'msg_1', 1700000000, $text ),
			'text'      => $text,
			'now'       => 1700000000,
		];
		$this->assertSame( $genuine, Freshet_Signature::verify( $request['secrets'], $request['id'], $request['timestamp'], $request['signature'], $request['text'], $request['now'] ) );
	}

	public function requests(): array {
		$text = 'GET /freshet/v1/events?after=0&limit=100';
		$sign = static function ( string $secret ) use ( $text ): string {
			return Freshet_Signature::sign( $secret, 'msg_1', 1700000000, $text );
		};
		return [
			'genuine'                 => [ true, [] ],
			'with the previous secret' => [ true, [ 'signature' => $sign( 'old' ) ] ],
			'one of several'          => [ true, [ 'signature' => 'v1,AAAA ' . $sign( 'new' ) ] ],
			'five minutes late'       => [ true, [ 'now' => 1700000300 ] ],
			'later than that'         => [ false, [ 'now' => 1700000301 ] ],
			'from the future'         => [ false, [ 'now' => 1699999699 ] ],
			'unknown secret'          => [ false, [ 'signature' => $sign( 'other' ) ] ],
			'other text'              => [ false, [ 'text' => 'GET /freshet/v1/events?after=0&limit=101' ] ],
			'other id'                => [ false, [ 'id' => 'msg_2' ] ],
			'id with a dot'           => [ false, [ 'id' => 'msg.1' ] ],
			'no id'                   => [ false, [ 'id' => '' ] ],
			'no secret on this side'  => [ false, [ 'secrets' => [] ] ],
			'empty signature'         => [ false, [ 'signature' => '' ] ],
			'timestamp with a sign'   => [ false, [ 'timestamp' => '+1700000000' ] ],
			'timestamp with newline'  => [ false, [ 'timestamp' => "1700000000\n" ] ],
		];
	}
}
