<?php

final class SettingsTest extends Freshet_Case {
	/** @dataProvider addresses */
	public function test_takes_addresses_that_are_safe_to_use( string $address, string $clean ): void {
		$this->assertSame( $clean, Freshet_Settings::clean_address( $address ) );
	}

	public function addresses(): array {
		return [
			'https'              => [ ' https://img.example.com/ ', 'https://img.example.com' ],
			'with a folder'      => [ 'https://example.com/img/', 'https://example.com/img' ],
			'loopback'           => [ 'http://127.0.0.1:6081', 'http://127.0.0.1:6081' ],
			'loopback, IPv6'     => [ 'http://[::1]:6081', 'http://[::1]:6081' ],
			'private'            => [ 'http://10.1.2.3', 'http://10.1.2.3' ],
			'a container'        => [ 'http://freshet:8080', 'http://freshet:8080' ],
			'public, plain http' => [ 'http://img.example.com', '' ],
			'public address'     => [ 'http://8.8.8.8', '' ],
			'no scheme'          => [ 'img.example.com', '' ],
			'another scheme'     => [ 'javascript:alert(1)', '' ],
			'a file'             => [ 'file:///etc/passwd', '' ],
			'a query'            => [ 'https://img.example.com/?a=1', '' ],
			'a password'         => [ 'https://a:b@img.example.com', '' ],
			'markup'             => [ 'https://img.example.com/"><script>', '' ],
			'nothing'            => [ '', '' ],
		];
	}

	public function test_is_inactive_until_an_endpoint_is_set(): void {
		delete_option( 'freshet_settings' );
		$this->assertFalse( freshet()->settings->is_active() );
		$this->assertFalse( freshet()->settings->rewrites() );
	}

	public function test_a_rotated_secret_signs_and_the_former_stays_accepted(): void {
		delete_option( 'freshet_secrets' );
		freshet()->settings->ensure_secret();
		$first = freshet()->settings->secret();
		$this->assertMatchesRegularExpression( '/^[0-9a-f]{64}$/', $first );
		freshet()->settings->rotate_secret();
		$second = freshet()->settings->secret();
		$this->assertSame( [ $second, $first ], freshet()->settings->accepted_secrets() );
		freshet()->settings->forget_previous_secret();
		$this->assertSame( [ $second ], freshet()->settings->accepted_secrets() );
	}

	public function test_the_form_keeps_the_former_value_in_place_of_a_bad_one(): void {
		require_once ABSPATH . 'wp-admin/includes/template.php';
		$saved = freshet()->settings_page->sanitize( [ 'endpoint' => 'http://img.example.com', 'connector' => 'https://c.example/', 'skip_class' => 'a"b', 'enabled' => '1' ] );
		$this->assertSame( [ 'endpoint' => self::ENDPOINT, 'connector' => 'https://c.example', 'enabled' => true, 'skip_class' => 'ab' ], array_slice( $saved, 0, 4 ) );
		$this->assertNotEmpty( get_settings_errors( 'freshet_settings' ) );
	}

	public function test_the_form_takes_only_what_can_be(): void {
		$sanitize = [ freshet()->settings_page, 'sanitize' ];
		$this->assertSame( [ 'jpeg', 'svg' ], $sanitize( [ 'formats' => [ '', 'svg', 'exe', 'jpeg', 'svg' ] ] )['formats'] );
		$this->assertSame( [], $sanitize( [ 'formats' => [ '' ] ] )['formats'] );
		$this->assertSame( 'sizes', $sanitize( [ 'responsive' => '"><script>' ] )['responsive'] );
		$this->assertSame( 'ladder', $sanitize( [ 'responsive' => 'ladder' ] )['responsive'] );
		$this->assertSame( [ 320, 640, 8192 ], $sanitize( [ 'widths' => '640, 320;640 x 0 99999 8192' ] )['widths'] );
		$this->assertSame( Freshet_Settings::WIDTHS, $sanitize( [ 'widths' => 'none' ] )['widths'] );
		$this->assertSame( [ false, true ], [ $sanitize( [ 'links' => '0' ] )['links'], $sanitize( [] )['links'] ] );
		$this->assertSame( freshet()->settings->saved(), $sanitize( 'no form' ) );
	}

	public function test_what_the_form_keeps_is_what_the_settings_say(): void {
		update_option( 'freshet_settings', freshet()->settings_page->sanitize( [ 'widths' => '100,200', 'formats' => [ 'gif' ], 'responsive' => 'off', 'rest' => '1' ] ) );
		$saved = freshet()->settings->saved();
		$this->assertSame( [ [ 100, 200 ], [ 'gif' ], 'off', true ], [ $saved['widths'], $saved['formats'], $saved['responsive'], $saved['rest'] ] );
		$this->assertTrue( freshet()->settings->delivers( '2026/11/CAT.GIF' ) );
		$this->assertFalse( freshet()->settings->delivers( '2026/11/hat.jpg' ) );
	}

	public function test_the_page_shows_itself_to_administrators_only(): void {
		wp_set_current_user( 0 );
		ob_start();
		freshet()->settings_page->show();
		$this->assertSame( '', ob_get_clean() );
		wp_set_current_user( 1 );
		$GLOBALS['plugin_page'] = 'freshet';
		freshet()->settings_page->register();
		ob_start();
		freshet()->settings_page->show();
		$page = ob_get_clean();
		$this->assertStringContainsString( 'value="' . self::ENDPOINT . '"', $page );
		$this->assertStringContainsString( '_wpnonce', $page );
		foreach ( [ 'formats', 'responsive', 'widths', 'links', 'feeds', 'rest', 'skip_class', 'preconnect', 'fallback' ] as $field ) {
			$this->assertStringContainsString( "name=\"freshet_settings[$field]", $page );
		}
		$this->assertStringContainsString( 'value="freshet_test"', $page );
	}
}
