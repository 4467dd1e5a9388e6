<?php

/**
 * "Refresh": what it tells, and who may.
 */
final class RefreshTest extends Freshet_Case {
	protected function tearDown(): void {
		wp_set_current_user( 1 );
		unset( $_GET['id'], $_REQUEST['_wpnonce'] );
	}

	public function test_tells_every_file_although_no_byte_changed(): void {
		$id   = $this->upload();
		$head = $this->head();
		$this->assertTrue( freshet()->watcher->refresh( $id ) );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertSame( 'refresh', $events[0]['reason'] );
		$told = $this->told( $events[0] );
		ksort( $told );
		$this->assertSame( $this->urls( $id ), array_keys( $told ) );
		$this->assertNotContains( null, $told );
	}

	public function test_tells_every_file_although_another_request_looks_at_them_at_that_moment(): void {
		global $wpdb;
		$id        = $this->upload();
		$head      = $this->head();
		$meanwhile = static function ( string $query ) use ( &$meanwhile, $wpdb ): string {
			if ( 'START TRANSACTION' === $query ) {
				remove_filter( 'query', $meanwhile );
				$wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET revision = revision + 1" );
			}
			return $query;
		};
		add_filter( 'query', $meanwhile );
		$this->assertTrue( freshet()->watcher->refresh( $id ) );
		$this->assertFalse( has_filter( 'query', $meanwhile ) );
		$told = $this->told( $this->events( $head )[0] );
		ksort( $told );
		$this->assertSame( $this->urls( $id ), array_keys( $told ) );
	}

	public function test_finds_what_changed_meanwhile_and_what_is_gone(): void {
		$id = $this->upload();
		$this->draw( $this->file( $id ), 800, 600, 9 );
		$thumb = dirname( $this->file( $id ) ) . '/hat-150x150.jpg';
		unlink( $thumb );
		$head = $this->head();
		freshet()->watcher->refresh( $id );
		$told = $this->told( $this->events( $head )[0] );
		$this->assertSame( $this->version( $this->file( $id ) ), $told[ freshet()->uploads->url_of( $this->path( $id ) ) ] );
		$this->assertNull( $told[ freshet()->uploads->url_of( dirname( $this->path( $id ) ) . '/hat-150x150.jpg' ) ] );
	}

	public function test_refuses_what_is_no_picture_of_this_site(): void {
		$this->assertFalse( freshet()->watcher->refresh( 0 ) );
		$this->assertFalse( freshet()->watcher->refresh( 1 ) );
		$this->assertFalse( freshet()->watcher->refresh( PHP_INT_MAX ) );
		$id = $this->upload();
		update_option( 'freshet_settings', [ 'endpoint' => '' ] );
		$this->assertFalse( freshet()->watcher->refresh( $id ) );
	}

	public function test_the_menu_of_the_list_refreshes_what_the_user_may_edit(): void {
		$ours   = $this->upload();
		$theirs = $this->upload( 'cap.jpg', 800, 600, 2 );
		$author = $this->user( 'author' );
		wp_update_post( [ 'ID' => $ours, 'post_author' => $author ] );
		wp_set_current_user( $author );
		$head     = $this->head();
		$redirect = freshet()->refresh->do_bulk( admin_url( 'upload.php' ), 'freshet_refresh', [ $ours, (string) $theirs, $ours, 'x' ] );
		$this->assertStringContainsString( 'freshet_refreshed=1', $redirect );
		$this->assertStringContainsString( 'freshet_refused=2', $redirect );
		$this->assertSame( [ $ours ], array_column( array_column( $this->events( $head ), 'attachment' ), 'id' ) );
		$this->assertSame( 'x', freshet()->refresh->do_bulk( 'x', 'delete', [ $ours ] ) );
		$this->assertArrayHasKey( 'freshet_refresh', freshet()->refresh->add_row( [], get_post( $ours ) ) );
		$this->assertArrayNotHasKey( 'freshet_refresh', freshet()->refresh->add_row( [], get_post( $theirs ) ) );
	}

	public function test_a_link_without_its_nonce_or_by_somebody_else_does_nothing(): void {
		$id   = $this->upload();
		$head = $this->head();
		$_GET['id'] = (string) $id;
		$this->assertStops( 'expired', [ freshet()->refresh, 'do_one' ] );
		$_REQUEST['_wpnonce'] = wp_create_nonce( 'freshet_refresh_' . ( $id + 1 ) );
		$this->assertStops( 'expired', [ freshet()->refresh, 'do_one' ] );
		wp_set_current_user( $this->user( 'subscriber' ) );
		$_REQUEST['_wpnonce'] = wp_create_nonce( "freshet_refresh_$id" );
		$this->assertStops( 'may not', [ freshet()->refresh, 'do_one' ] );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_the_result_is_two_numbers_and_nothing_else(): void {
		$_GET['freshet_refreshed'] = '2<script>';
		$_GET['freshet_refused']   = [ 'x' ];
		ob_start();
		freshet()->refresh->show_result();
		$html = ob_get_clean();
		unset( $_GET['freshet_refreshed'], $_GET['freshet_refused'] );
		$this->assertStringContainsString( '2 pictures are being made fresh', $html );
		$this->assertStringNotContainsString( 'script', $html );
		$this->assertStringNotContainsString( 'left alone', $html );
	}

	private function user( string $role ): int {
		$user = get_user_by( 'login', "test-$role" );
		return $user ? $user->ID : wp_insert_user( [ 'user_login' => "test-$role", 'user_pass' => 'x', 'role' => $role ] );
	}

	private function assertStops( string $with, callable $work ): void {
		$die = static function () {
			return static function ( $message ) {
				throw new RuntimeException( (string) $message );
			};
		};
		add_filter( 'wp_die_handler', $die );
		try {
			$work();
			$this->fail( 'It went on.' );
		} catch ( RuntimeException $stop ) {
			$this->assertStringContainsString( $with, $stop->getMessage() );
		} finally {
			remove_filter( 'wp_die_handler', $die );
		}
	}
}
