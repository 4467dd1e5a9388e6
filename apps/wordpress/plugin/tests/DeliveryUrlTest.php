<?php

use PHPUnit\Framework\TestCase;

final class DeliveryUrlTest extends TestCase {
	/** @dataProvider originals */
	public function test_builds( string $original, string $version, string $expected ): void {
		$this->assertSame( $expected, Freshet_Delivery_Url::build( 'https://img.example.com', $original, $version ) );
	}

	public function originals(): array {
		return [
			'plain'          => [ 'https://site.example/a.jpg', 'c0123456789ab', 'https://img.example.com/v7/https://site.example/a.jpg?vh=c0123456789ab' ],
			'no version'     => [ 'https://site.example/a.jpg', '', 'https://img.example.com/v7/https://site.example/a.jpg' ],
			'escapes stay'   => [ 'https://site.example/gr%C3%B6%C3%9Fe%20(1)@2x.jpg', 'c1', 'https://img.example.com/v7/https://site.example/gr%C3%B6%C3%9Fe%20(1)@2x.jpg?vh=c1' ],
			'own query'      => [ 'https://site.example/a.jpg?ver=2&x=1', 'c1', 'https://img.example.com/v7/https%3A%2F%2Fsite.example%2Fa.jpg%3Fver%3D2%26x%3D1?ci_url_encoded=1&vh=c1' ],
			'raw characters' => [ 'https://site.example/a b.jpg', 'c1', 'https://img.example.com/v7/https%3A%2F%2Fsite.example%2Fa%20b.jpg?ci_url_encoded=1&vh=c1' ],
			'dot segments'   => [ 'https://site.example/../a.jpg', '', 'https://img.example.com/v7/https%3A%2F%2Fsite.example%2F..%2Fa.jpg?ci_url_encoded=1' ],
		];
	}
}
