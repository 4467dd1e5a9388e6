<?php

/**
 * The push, with WordPress's own HTTP seam in place of the network.
 */
final class PushTest extends Freshet_Case {
	/** @var array[] */
	private array $sent = [];
	/** @var array|WP_Error */
	private $answer;

	protected function setUp(): void {
		parent::setUp();
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'connector' => 'http://127.0.0.1:7070' ] );
		update_option( 'freshet_secrets', [ 'current' => 'secret', 'previous' => 'former' ] );
		$this->answer( 200 );
		add_filter( 'pre_http_request', [ $this, 'receive' ], 10, 3 );
	}

	protected function tearDown(): void {
		remove_filter( 'pre_http_request', [ $this, 'receive' ], 10 );
	}

	public function receive( $unused, array $request, string $url ) {
		$this->sent[] = $request + [ 'url' => $url ];
		return $this->answer;
	}

	public function test_what_changed_is_sent_signed_at_the_end_of_the_request(): void {
		$this->change();
		$this->assertCount( 1, $this->sent );
		$sent = $this->sent[0];
		$this->assertSame( 'http://127.0.0.1:7070/wordpress/events', $sent['url'] );
		$this->assertSame( 0, $sent['redirection'] );
		$this->assertEquals( 3, $sent['timeout'] );
		$body = json_decode( $sent['body'], true );
		$this->assertSame( home_url(), $body['site'] );
		$this->assertSame( freshet()->outbox->after( 0, 10 ), $body['events'] );
		$headers = $sent['headers'];
		$this->assertTrue( Freshet_Signature::verify( [ 'secret' ], $headers['webhook-id'], $headers['webhook-timestamp'], $headers['webhook-signature'], $sent['body'], time() ) );
		$this->assertSame( 0, freshet()->outbox->pending() );
		freshet()->push->send_due();
		$this->assertCount( 1, $this->sent, 'What arrived is not sent again.' );
	}

	public function test_while_a_secret_is_replaced_both_sign(): void {
		$this->change();
		$headers = $this->sent[0]['headers'];
		foreach ( [ 'secret', 'former' ] as $secret ) {
			$this->assertTrue( Freshet_Signature::verify( [ $secret ], $headers['webhook-id'], $headers['webhook-timestamp'], $headers['webhook-signature'], $this->sent[0]['body'], time() ) );
		}
		freshet()->settings->forget_previous_secret();
		$this->change( 2 );
		$this->assertStringNotContainsString( ' ', $this->sent[1]['headers']['webhook-signature'] );
	}

	public function test_a_failure_is_repeated_by_the_schedule_when_it_is_due(): void {
		$this->answer( 500 );
		$this->change();
		$this->assertEqualsWithDelta( time() + 60, wp_next_scheduled( Freshet_Plugin::DUE ), 3 );
		$this->come_due();
		$this->answer( 200 );
		do_action( Freshet_Plugin::DUE );
		$this->assertSame( 0, freshet()->outbox->pending() );
	}

	public function test_events_too_big_for_one_request_go_in_several(): void {
		foreach ( [ 1, 2, 3 ] as $seed ) {
			$this->upload( 'hat.png', 30, 20, $seed );
		}
		global $wpdb;
		$payload = wp_json_encode( [ 'id' => 'evt_x', 'files' => str_repeat( 'x', 400000 ) ] );
		$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}freshet_outbox SET payload = %s", $payload ) );
		freshet()->push->send_due();
		$this->assertCount( 3, $this->sent );
		$this->assertSame( 0, freshet()->outbox->pending() );
	}

	public function test_nothing_is_sent_when_nothing_changed(): void {
		freshet()->push->after_answer();
		$this->assertSame( [], $this->sent );
	}

	/** @dataProvider failures */
	public function test_a_failure_is_repeated_later_and_later( int $status ): void {
		global $wpdb;
		$this->answer( $status );
		$this->change();
		foreach ( [ 60, 300, 1800, 7200, 21600, 86400, 86400 ] as $attempt => $wait ) {
			$row = $wpdb->get_row( "SELECT * FROM {$wpdb->prefix}freshet_outbox" );
			$this->assertEqualsWithDelta( time() + $wait, $row->next_at, 2 );
			$this->assertSame( $attempt + 1, (int) $row->attempts );
			$this->come_due();
			freshet()->push->send_due();
		}
		$this->answer( 200 );
		$this->come_due();
		$this->assertTrue( freshet()->push->send_due() );
		$this->assertSame( 0, freshet()->outbox->pending() );
		$this->assertSame( '', freshet()->push->state()['error'] );
	}

	public function failures(): array {
		return [ 'no connection' => [ 0 ], 'refused' => [ 401 ], 'broken' => [ 500 ], 'redirected' => [ 301 ] ];
	}

	public function test_after_a_failure_visitors_do_not_wait_again_at_once(): void {
		$this->answer( 500 );
		$this->change();
		$this->change( 2 );
		$this->assertCount( 1, $this->sent );
		$this->assertSame( 2, freshet()->outbox->pending() );
	}

	public function test_retry_after_is_honoured(): void {
		global $wpdb;
		$this->answer( 503, [ 'retry-after' => '900' ] );
		$this->change();
		$this->assertEqualsWithDelta( time() + 900, $wpdb->get_var( "SELECT next_at FROM {$wpdb->prefix}freshet_outbox" ), 2 );
		$this->assertEqualsWithDelta( time() + 900, freshet()->push->state()['resume_at'], 2 );
	}

	public function test_gone_stops_until_the_owner_saves_the_settings(): void {
		$this->answer( 410 );
		$this->change();
		$this->come_due();
		freshet()->push->send_due();
		$this->assertCount( 1, $this->sent );
		$this->answer( 200 );
		freshet()->push->resume();
		freshet()->push->send_due();
		$this->assertSame( 0, freshet()->outbox->pending() );
	}

	public function test_without_a_connector_events_wait_for_the_pull(): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT ] );
		$this->change();
		$this->assertSame( [], $this->sent );
		$this->assertSame( 1, freshet()->outbox->pending() );
	}

	public function test_a_claimed_event_is_not_sent_by_another_request(): void {
		$this->answer( 500 );
		$this->change();
		$this->come_due();
		$this->assertCount( 1, freshet()->outbox->claim( 10, 60 ) );
		$this->assertCount( 0, freshet()->outbox->claim( 10, 60 ) );
	}

	public function test_old_events_go_and_the_newest_stays(): void {
		global $wpdb;
		foreach ( [ 1, 2, 3 ] as $seed ) {
			$this->change( $seed );
		}
		$head = $this->head();
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_outbox SET created_at = 0" );
		freshet()->outbox->prune();
		$this->assertSame( [ $head ], array_column( freshet()->outbox->after( 0, 10 ), 'sequence' ) );
	}

	private function change( int $seed = 1 ): void {
		$this->upload( 'hat.png', 30, 20, $seed );
		freshet()->push->after_answer();
	}

	private function come_due(): void {
		global $wpdb;
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_outbox SET next_at = 0" );
		$state = get_option( 'freshet_push' );
		if ( $state ) {
			update_option( 'freshet_push', [ 'resume_at' => 0 ] + $state );
		}
	}

	private function answer( int $status, array $headers = [] ): void {
		$this->answer = 0 === $status ? new WP_Error( 'http_request_failed', 'refused' ) : [ 'response' => [ 'code' => $status, 'message' => '' ], 'headers' => $headers, 'body' => '', 'cookies' => [] ];
	}
}
