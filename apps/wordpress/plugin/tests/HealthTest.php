<?php

final class HealthTest extends Freshet_Case {
	public function test_says_whether_the_connector_and_the_site_talk(): void {
		$this->assertSame( 'critical', freshet()->health->connection()['status'], 'Never heard, nothing to push to.' );
		update_option( 'freshet_heard', [ 'at' => time() - 10, 'after' => 0 ] );
		$this->assertSame( 'good', freshet()->health->connection()['status'] );
		update_option( 'freshet_push', [ 'error' => '<b>refused</b>', 'at' => time() ] );
		$result = freshet()->health->connection();
		$this->assertSame( 'recommended', $result['status'] );
		$this->assertStringContainsString( '&lt;b&gt;refused', $result['description'] );
		update_option( 'freshet_heard', [ 'at' => time() - 3600, 'after' => 0 ] );
		$this->assertSame( 'critical', freshet()->health->connection()['status'] );
		update_option( 'freshet_push', [ 'stopped_at' => time() ] );
		$this->assertStringContainsString( 'does not know this site', freshet()->health->connection()['label'] );
	}

	public function test_says_whether_changes_wait(): void {
		global $wpdb;
		$this->assertSame( 'good', freshet()->health->backlog()['status'] );
		$this->upload();
		$this->assertSame( 'good', freshet()->health->backlog()['status'] );
		$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}freshet_outbox SET created_at = %d", time() - 7200 ) );
		$this->assertSame( 'recommended', freshet()->health->backlog()['status'] );
		freshet()->outbox->settle( [ 'event' => freshet()->outbox->after( 0, 1 )[0]['id'], 'outcome' => 'failed', 'at' => time(), 'invalidation' => '', 'remark' => '' ] );
		$this->assertSame( 'critical', freshet()->health->backlog()['status'] );
	}

	public function test_says_whether_the_walk_runs(): void {
		$this->assertSame( 'good', freshet()->health->schedule()['status'] );
		wp_clear_scheduled_hook( 'freshet_tick' );
		$this->assertSame( 'recommended', freshet()->health->schedule()['status'] );
		wp_schedule_event( time() + 60, 'freshet_five_minutes', 'freshet_tick' );
	}

	public function test_is_in_site_health_while_something_is_watched(): void {
		$tests = freshet()->health->add( [ 'direct' => [] ] )['direct'];
		$this->assertSame( [ 'freshet_connection', 'freshet_backlog', 'freshet_schedule', 'freshet_files' ], array_keys( $tests ) );
		foreach ( $tests as $test ) {
			$this->assertSame( [ 'label', 'status', 'badge', 'description', 'actions', 'test' ], array_keys( call_user_func( $test['test'] ) ) );
		}
		update_option( 'freshet_settings', [ 'endpoint' => '' ] );
		$this->assertSame( [], freshet()->health->add( [] ) );
	}

	public function test_describes_itself_without_the_secret(): void {
		$info = freshet()->health->describe( [] )['freshet']['fields'];
		$this->assertSame( self::ENDPOINT, $info['endpoint']['value'] );
		$this->assertStringNotContainsString( freshet()->settings->secret(), wp_json_encode( $info ) );
	}
}
