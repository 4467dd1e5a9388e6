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

	public function test_a_question_for_events_says_up_to_where_the_connector_has_them(): void {
		foreach ( [ 1, 2 ] as $seed ) {
			$this->upload( "n$seed.png", 20, 20, $seed );
		}
		$head   = $this->head();
		$answer = $this->ask( 'GET', '/events', [ 'after' => (string) ( $head - 1 ), 'limit' => '100' ] )->get_data();
		$this->assertSame( 1, freshet()->outbox->pending() );
		$this->assertCount( 2, $answer['unsettled'] );
		$this->assertSame( $answer['events'][0]['id'], $answer['unsettled'][0], 'Newest first.' );
		$this->assertEqualsWithDelta( time(), get_option( 'freshet_heard' )['at'], 5 );
	}

	public function test_takes_what_became_of_events_once(): void {
		$id      = $this->upload();
		$outcome = [ 'event' => freshet()->outbox->after( 0, 1 )[0]['id'], 'state' => 'done', 'at' => gmdate( 'c' ), 'invalidations' => [ 'a-1' ], 'remark' => str_repeat( 'ä', 400 ) . '<b>' ];
		$body    = wp_json_encode( [ 'outcomes' => [ $outcome, [ 'event' => 'evt_' . str_repeat( '0', 32 ) ] + $outcome ] ] );
		$request = $this->request( 'POST', '/outcomes', [], 'secret', $body, 'msg_once' );
		$this->assertSame( [ 200, 1 ], [ rest_do_request( $request )->get_status(), 1 ] );
		$this->assertSame( 409, rest_do_request( $request )->get_status() );
		$entry = freshet()->journal->history( $id, 1 )[0];
		$this->assertSame( [ 'done', [ 'a-1' ] ], [ $entry['state'], $entry['invalidations'] ] );
		$this->assertStringNotContainsString( '<', $entry['remark'] );
	}

	/** @dataProvider strange_outcomes */
	public function test_refuses_outcomes_in_another_form( $outcomes ): void {
		$body = wp_json_encode( [ 'outcomes' => $outcomes ] );
		$this->assertSame( 400, rest_do_request( $this->request( 'POST', '/outcomes', [], 'secret', $body ) )->get_status() );
	}

	public function strange_outcomes(): array {
		$good = [ 'event' => 'evt_' . str_repeat( 'a', 32 ), 'state' => 'done', 'at' => '2026-11-23T10:11:12Z' ];
		return [
			'no list'      => [ 'x' ],
			'no object'    => [ [ 'x' ] ],
			'no event'     => [ [ [ 'event' => "' OR 1" ] + $good ] ],
			'unknown state' => [ [ [ 'state' => 'lost' ] + $good ] ],
			'too many'     => [ array_fill( 0, 501, $good ) ],
			'odd id'       => [ [ $good + [ 'invalidations' => [ '<script>' ] ] ] ],
			'nothing'      => [ null ],
		];
	}

	public function test_a_body_is_part_of_what_is_signed(): void {
		$request = $this->request( 'POST', '/outcomes', [], 'secret', '{"outcomes":[]}' );
		$request->set_body( '{"outcomes":[ ]}' );
		$this->assertSame( 401, rest_do_request( $request )->get_status() );
	}

	public function test_lists_every_file_by_attachment(): void {
		global $wpdb;
		$first  = $this->upload();
		$second = $this->upload( 'cap.jpg', 800, 600, 2 );
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$page = $this->ask( 'GET', '/files', [ 'after' => '0', 'limit' => '1' ] )->get_data();
		$this->assertSame( [ [ $first ], $first ], [ array_column( $page['attachments'], 'id' ), $page['next'] ] );
		$this->assertSame( $this->urls( $first ), $this->sorted( array_column( $page['attachments'][0]['files'], 'url' ) ) );
		$main = array_column( $page['attachments'][0]['files'], null, 'url' )[ freshet()->uploads->url_of( $this->path( $first ) ) ];
		$this->assertSame( [ hash_file( 'sha256', $this->file( $first ) ), $this->version( $this->file( $first ) ), filesize( $this->file( $first ) ) ], [ $main['sha256'], $main['version'], $main['size'] ] );
		$last = $this->ask( 'GET', '/files', [ 'after' => (string) $first, 'limit' => '5' ] )->get_data();
		$this->assertSame( [ [ $second ], null ], [ array_column( $last['attachments'], 'id' ), $last['next'] ] );
	}

	public function test_refreshes_on_demand(): void {
		$id   = $this->upload();
		$head = $this->head();
		$done = $this->ask( 'POST', '/refresh', [ 'id' => (string) $id ] );
		$this->assertSame( 200, $done->get_status(), wp_json_encode( $done->get_data() ) );
		$this->assertSame( [ 'refresh' ], array_column( $this->events( $head ), 'reason' ) );
		$this->assertSame( 404, $this->ask( 'POST', '/refresh', [ 'id' => '999999' ] )->get_status() );
		$this->assertSame( 400, $this->ask( 'POST', '/refresh', [] )->get_status() );
	}

	private function sorted( array $values ): array {
		sort( $values );
		return $values;
	}

	private function ask( string $method, string $path, array $query, string $secret = 'secret' ): WP_REST_Response {
		return rest_do_request( $this->request( $method, $path, $query, $secret ) );
	}

	private function request( string $method, string $path, array $query, string $secret, string $body = '', string $id = '' ): WP_REST_Request {
		$request = new WP_REST_Request( $method, "/freshet/v1$path" );
		$request->set_query_params( [ 'rest_route' => "/freshet/v1$path" ] + $query );
		$text = "$method /freshet/v1$path" . ( $query ? '?' . http_build_query( $query ) : '' ) . ( '' === $body ? '' : "\n$body" );
		if ( '' !== $body ) {
			$request->set_header( 'content-type', 'application/json' );
			$request->set_body( $body );
		}
		foreach ( Freshet_Signature::headers( [ $secret ], '' === $id ? 'msg_' . bin2hex( random_bytes( 8 ) ) : $id, time(), $text ) as $name => $value ) {
			$request->set_header( $name, $value );
		}
		return $request;
	}
}
