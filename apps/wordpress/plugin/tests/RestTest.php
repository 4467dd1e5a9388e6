<?php

final class RestTest extends Freshet_Case {
	protected function setUp(): void {
		parent::setUp();
		update_option( 'freshet_secrets', [ 'current' => 'secret', 'previous' => 'former' ] );
		wp_set_current_user( 0 );
	}

	protected function tearDown(): void {
		wp_set_current_user( 1 );
	}

	public function test_gives_events_in_order_from_a_number_on(): void {
		foreach ( [ 1, 2, 3 ] as $seed ) {
			$this->upload( "n$seed.png", 20, 20, $seed );
		}
		$first  = $this->head() - 2;
		$answer = $this->ask( 'GET', '/events', [ 'after' => (string) $first, 'limit' => '1' ] );
		$this->assertSame( 200, $answer->get_status() );
		$this->assertSame( [ 'site', 'head', 'events', 'unsettled' ], array_keys( $answer->get_data() ) );
		$this->assertSame( [ home_url(), $first + 2 ], [ $answer->get_data()['site'], $answer->get_data()['head'] ] );
		$this->assertSame( [ $first + 1 ], array_column( $answer->get_data()['events'], 'sequence' ) );
		$this->assertSame( 'no-store', $answer->get_headers()['Cache-Control'] );
	}

	public function test_gives_its_state(): void {
		$this->upload();
		$data = $this->ask( 'GET', '/status', [] )->get_data();
		$this->assertSame( [ 'site', 'plugin', 'wordpress', 'php', 'head', 'pending' ], array_keys( $data ) );
		$this->assertSame( [ $this->head(), 1 ], [ $data['head'], $data['pending'] ] );
	}

	public function test_walks_a_slice_on_demand(): void {
		$id   = $this->upload();
		$head = $this->head();
		$this->draw( $this->file( $id ), 800, 600, 8 );
		$data = $this->ask( 'POST', '/scan', [ 'after' => '', 'limit' => '100' ] )->get_data();
		$this->assertSame( [ count( $this->urls( $id ) ), null, $head + 1 ], [ $data['scanned'], $data['next'], $data['head'] ] );
	}

	public function test_both_secrets_open_and_no_other(): void {
		$this->assertSame( 200, $this->ask( 'GET', '/status', [], 'former' )->get_status() );
		$this->assertSame( 401, $this->ask( 'GET', '/status', [], 'other' )->get_status() );
		$this->assertSame( 401, $this->ask( 'GET', '/status', [], '' )->get_status() );
		$this->assertSame( 401, $this->ask( 'POST', '/scan', [ 'after' => '' ], 'other' )->get_status() );
	}

	public function test_a_signature_opens_one_question_only(): void {
		$request = $this->request( 'GET', '/events', [ 'after' => '0', 'limit' => '100' ], 'secret' );
		$request->set_query_params( [ 'after' => '0', 'limit' => '101' ] );
		$this->assertSame( 401, rest_do_request( $request )->get_status() );
	}

	public function test_strange_questions_are_refused_in_words(): void {
		foreach ( [ [ 'after' => '-1', 'limit' => '1' ], [ 'after' => 'x', 'limit' => '1' ], [ 'after' => '0', 'limit' => '0' ], [ 'after' => '0', 'limit' => '501' ], [ 'after' => [ '1' ], 'limit' => '1' ] ] as $query ) {
			$this->assertSame( 400, $this->ask( 'GET', '/events', $query )->get_status() );
		}
		$this->assertSame( 400, $this->ask( 'POST', '/scan', [ 'after' => "'; DROP" ] )->get_status() );
	}

	private function ask( string $method, string $path, array $query, string $secret = 'secret' ): WP_REST_Response {
		return rest_do_request( $this->request( $method, $path, $query, $secret ) );
	}

	private function request( string $method, string $path, array $query, string $secret ): WP_REST_Request {
		$request = new WP_REST_Request( $method, "/freshet/v1$path" );
		$request->set_query_params( [ 'rest_route' => "/freshet/v1$path" ] + $query );
		$text = "$method /freshet/v1$path" . ( $query ? '?' . http_build_query( $query ) : '' );
		foreach ( Freshet_Signature::headers( [ $secret ], 'msg_1', time(), $text ) as $name => $value ) {
			$request->set_header( $name, $value );
		}
		return $request;
	}
}
