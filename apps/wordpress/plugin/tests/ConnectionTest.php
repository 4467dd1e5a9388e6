<?php

/** The connection test says what is wrong; answers are given here, real ones in the journeys. */
final class ConnectionTest extends Freshet_Case {
	/** @var array<string,mixed> What requests are answered with, by a part of their URL. */
	private array $answers = [];

	/** @var array<int,array{string,array}> */
	private array $asked = [];

	protected function setUp(): void {
		parent::setUp();
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'connector' => 'https://connector.example' ] );
		delete_option( 'freshet_delivery' );
		add_filter( 'pre_http_request', [ $this, 'answer' ], 10, 3 );
	}

	protected function tearDown(): void {
		remove_filter( 'pre_http_request', [ $this, 'answer' ] );
		delete_option( 'freshet_delivery' );
	}

	/** @dataProvider deliveries */
	public function test_says_what_is_wrong_with_delivery( $answer, string $state, bool $is_outage, string $sentence ): void {
		$this->answers['img.example.com'] = $answer;
		$found                            = freshet()->connection->deliver( 7 );
		$this->assertSame( [ $state, $is_outage ], [ $found['state'], $found['is_outage'] ], $found['sentence'] );
		$this->assertStringContainsString( $sentence, $found['sentence'] );
	}

	public function deliveries(): array {
		$refused = static function ( int $status, string $code ): array {
			return [ $status, [ 'freshet-error' => $code, 'content-type' => 'image/svg+xml' ] ];
		};
		return [
			'well'             => [ [ 200, [ 'freshet-stamp' => '7', 'content-type' => 'image/webp' ] ], 'good', false, 'Pictures are delivered' ],
			'no name'          => [ 'cURL error 6: Could not resolve host: img.example.com', 'critical', true, 'no host of the name img.example.com' ],
			'nobody there'     => [ 'cURL error 7: Failed to connect to img.example.com port 443', 'critical', true, 'Nothing listens' ],
			'no answer'        => [ 'cURL error 28: Operation timed out', 'critical', true, 'within 7 seconds' ],
			'a bad certificate' => [ 'cURL error 60: SSL certificate problem: self-signed', 'critical', true, 'certificate' ],
			'blocked'          => [ 'User has blocked requests through HTTP.', 'critical', false, 'WP_ACCESSIBLE_HOSTS' ],
			'another reason'   => [ 'cURL error 52: Empty reply', 'critical', true, 'Empty reply' ],
			'not allowed'      => [ $refused( 403, 'ORIGINAL_NOT_ALLOWED' ), 'critical', true, 'origins.allow' ],
			'no project'       => [ $refused( 404, 'PROJECT_UNKNOWN' ), 'critical', true, 'none of its projects belongs to img.example.com' ],
			'unreachable site' => [ $refused( 502, 'ORIGIN_BROKEN' ), 'critical', true, 'could not fetch' ],
			'no such picture'  => [ $refused( 404, 'ORIGINAL_MISSING' ), 'critical', false, 'does not exist' ],
			'signed only'      => [ $refused( 403, 'SIGNATURE_MISSING' ), 'critical', true, 'security.unsigned' ],
			'sizes'            => [ $refused( 403, 'SIZE_NOT_ALLOWED' ), 'critical', true, 'refuses sizes' ],
			'something else'   => [ $refused( 503, 'SERVER_BUSY' ), 'critical', true, 'SERVER_BUSY (HTTP 503)' ],
			'a redirect'       => [ [ 301, [ 'location' => 'https://www.example.com/' ] ], 'critical', true, 'leads on to https://www.example.com/' ],
			'another server'   => [ [ 404, [ 'content-type' => 'text/html' ] ], 'critical', true, 'not Freshet: HTTP 404, text/html' ],
			'another image'    => [ [ 200, [ 'content-type' => 'image/png' ] ], 'critical', true, 'not Freshet' ],
			'a proxy alone'    => [ [ 502, [] ], 'critical', true, 'HTTP 502, without a type' ],
		];
	}

	public function test_asks_for_a_picture_of_the_library_as_pages_do(): void {
		$url = freshet()->uploads->url_of( $this->path( $this->upload( 'hat.jpg', 40, 30 ) ) );
		freshet()->connection->deliver( 5 );
		$this->assertSame( self::ENDPOINT . "/v7/$url?w=64", $this->asked[0][0] );
		update_option( 'freshet_settings', [] );
		$this->assertStringContainsString( 'no delivery address yet', freshet()->connection->deliver( 5 )['sentence'] );
	}

	/** @dataProvider connectors */
	public function test_says_what_is_wrong_with_the_connector( $answer, string $state, string $sentence ): void {
		if ( isset( $answer[1]['date'] ) ) {
			$answer[1]['date'] = gmdate( 'D, d M Y H:i:s', strtotime( $answer[1]['date'] ) ) . ' GMT'; // The clock of now, not of when tests were listed.
		}
		$this->answers['connector.example'] = $answer;
		$found                              = freshet()->connection->connect();
		$this->assertSame( $state, $found['state'], $found['sentence'] );
		$this->assertStringContainsString( $sentence, $found['sentence'] );
		list( $url, $asked ) = $this->asked[0];
		$this->assertSame( 'https://connector.example/wordpress/events', $url );
		$headers = $asked['headers'];
		$this->assertTrue( Freshet_Signature::verify( [ freshet()->settings->secret() ], $headers['webhook-id'], $headers['webhook-timestamp'], $headers['webhook-signature'], $asked['body'], time() ) );
	}

	public function connectors(): array {
		return [
			'well'           => [ [ 200, [] ], 'good', 'takes what this site tells it' ],
			'another secret' => [ [ 401, [ 'date' => '+0 seconds' ] ], 'critical', 'same secret' ],
			'another clock'  => [ [ 401, [ 'date' => '+4000 seconds' ] ], 'critical', 'seconds apart' ],
			'unknown site'   => [ [ 410, [] ], 'critical', 'does not know this site' ],
			'another server' => [ [ 404, [] ], 'critical', 'not as a connector does: HTTP 404' ],
			'nobody there'   => [ 'cURL error 7: Failed to connect', 'critical', 'Nothing listens at https://connector.example' ],
		];
	}

	public function test_says_whether_the_connector_would_be_let_in(): void {
		$this->answers['rest_route'] = [ 200, [], wp_json_encode( [ 'head' => 0, 'plugin' => '0.1.0' ] ) ];
		$this->assertSame( 'good', freshet()->connection->ask_itself()['state'] );
		$this->answers['rest_route'] = [ 401, [], '{"code":"rest_cannot_access"}' ];
		$this->assertStringContainsString( 'HTTP 401', freshet()->connection->ask_itself()['sentence'] );
		$this->answers['rest_route'] = 'cURL error 7: refused';
		$this->assertSame( 'recommended', freshet()->connection->ask_itself()['state'] );
	}

	public function test_pages_carry_originals_after_two_failed_looks_until_one_succeeds(): void {
		$this->answers['img.example.com'] = 'cURL error 7: Failed to connect';
		freshet()->outage->look();
		$this->assertCount( 2, $this->asked, 'One lost packet is no failure.' );
		$this->assertTrue( freshet()->rewriter->is_on() );
		freshet()->outage->look();
		$this->assertFalse( freshet()->rewriter->is_on() );
		$this->assertStringContainsString( 'Nothing listens', freshet()->outage->state()['sentence'] );
		$this->answers['img.example.com'] = [ 200, [ 'freshet-stamp' => '7', 'content-type' => 'image/webp' ] ];
		freshet()->outage->look();
		$this->assertTrue( freshet()->rewriter->is_on() );
	}

	public function test_an_outage_belongs_to_its_address_and_to_who_wants_a_fallback(): void {
		$this->answers['img.example.com'] = [ 502, [] ];
		freshet()->outage->look();
		freshet()->outage->look();
		$this->assertTrue( freshet()->outage->is_known() );
		update_option( 'freshet_settings', [ 'endpoint' => 'https://other.example.com' ] );
		$this->assertFalse( freshet()->outage->is_known() );
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'fallback' => false ] );
		$this->assertFalse( freshet()->outage->is_known() );
	}

	public function test_hints_at_the_delivery_host_with_its_port(): void {
		$this->assertSame( "<link rel='preconnect' href='" . self::ENDPOINT . "' />\n", $this->hint() );
		update_option( 'freshet_settings', [ 'endpoint' => 'https://img.example.com:8443/images' ] );
		$this->assertSame( "<link rel='preconnect' href='https://img.example.com:8443' />\n", $this->hint() );
		update_option( 'freshet_settings', [ 'endpoint' => home_url( '/img' ) ] );
		$this->assertSame( '', $this->hint() );
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'preconnect' => false ] );
		$this->assertSame( '', $this->hint() );
	}

	private function hint(): string {
		ob_start();
		freshet()->outage->show_hint();
		return ob_get_clean();
	}

	public function answer( $unused, array $asked, string $url ) {
		$this->asked[] = [ $url, $asked ];
		foreach ( $this->answers as $part => $answer ) {
			if ( false !== strpos( $url, $part ) ) {
				return is_string( $answer ) ? new WP_Error( 'http_request_failed', $answer ) : [ 'response' => [ 'code' => $answer[0], 'message' => '' ], 'headers' => $answer[1], 'body' => $answer[2] ?? '', 'cookies' => [], 'filename' => null ];
			}
		}
		return new WP_Error( 'http_request_failed', 'Nobody answers in this test.' );
	}
}
