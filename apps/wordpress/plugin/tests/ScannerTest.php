<?php

/**
 * The two walks: what they find, that they go on where they were cut off, and what they cost.
 */
final class ScannerTest extends Freshet_Case {
	public function test_the_census_knows_files_that_no_page_showed_and_no_hook_told(): void {
		global $wpdb;
		$id = $this->upload();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$head = $this->head();
		$this->walk();
		$this->assertSame( [], $this->events( $head ), 'What was there is no change.' );
		$this->draw( $this->file( $id ), 800, 600, 7 );
		$this->walk();
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertSame( [ 'scan', $id ], [ $events[0]['reason'], $events[0]['attachment']['id'] ] );
		$this->assertCount( 1, $events[0]['files'] );
	}

	public function test_goes_on_where_it_was_cut_off(): void {
		global $wpdb;
		for ( $n = 1; $n <= Freshet_Scanner::ATTACHMENTS + 3; $n++ ) {
			$ids[] = $this->attach( "n$n.png", 8, 8, $n );
		}
		$this->end_request();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$this->assertTrue( freshet()->scanner->step() );
		$this->assertSame( $ids[ Freshet_Scanner::ATTACHMENTS - 1 ], freshet()->scanner->state()['attachment'] );
		$this->assertSame( Freshet_Scanner::ATTACHMENTS, freshet()->file_table->counts()['known'] );
		// As after a break: only the option is left.
		$this->assertTrue( freshet()->scanner->step() );
		$this->assertSame( 0, freshet()->scanner->state()['attachment'] );
		$this->assertSame( count( $ids ), freshet()->file_table->counts()['known'] );
		$this->assertFalse( freshet()->scanner->step() );
		$this->assertSame( count( $ids ), freshet()->scanner->state()['looked'] );
		$this->assertGreaterThan( 0, freshet()->scanner->state()['round_ended'] );
	}

	public function test_a_slice_costs_a_handful_of_queries_however_many_files_changed(): void {
		global $wpdb;
		for ( $n = 1; $n <= 20; $n++ ) {
			$ids[] = $this->attach( "n$n.png", 8, 8, $n );
		}
		$this->end_request();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$before = $wpdb->num_queries;
		freshet()->scanner->census( 0, 100 );
		$first = $wpdb->num_queries - $before;
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = ctime + 10" );
		$before = $wpdb->num_queries;
		freshet()->scanner->scan( '', 100 );
		$quiet = $wpdb->num_queries - $before;
		$this->assertLessThan( 15, $first, 'Twenty attachments come to be known.' );
		$this->assertLessThan( 5, $quiet );
	}

	public function test_a_page_that_shows_many_new_files_writes_them_with_one_query(): void {
		global $wpdb;
		$paths = [];
		for ( $n = 1; $n <= 60; $n++ ) {
			$path    = trim( wp_upload_dir()['subdir'], '/' ) . "/loose$n.png";
			$paths[] = $path;
			$this->draw( freshet()->uploads->file_of( $path ), 8, 8, $n );
		}
		$before = $wpdb->num_queries;
		$this->assertCount( 60, freshet()->files->look( $paths, 'stat' ) );
		$this->assertLessThan( 6, $wpdb->num_queries - $before );
		// Hashed in the second of their writing: they are read again, and that is written with one query, too.
		$before = $wpdb->num_queries;
		freshet()->files->look( $paths, 'stat' );
		$this->assertLessThan( 6, $wpdb->num_queries - $before );
	}

	public function test_copies_of_optimisers_belong_to_the_picture_they_lie_beside(): void {
		$id   = $this->upload();
		$webp = $this->path( $id ) . '.webp';
		copy( $this->file( $id ), freshet()->uploads->file_of( $webp ) );
		$this->walk();
		$this->assertSame( [ $webp => $id ], freshet()->file_table->owners( [ $webp ] ) );
		$head = $this->head();
		$this->draw( freshet()->uploads->file_of( $webp ), 80, 60, 8 );
		$this->walk();
		$events = $this->events( $head );
		$this->assertSame( [ $id ], array_column( array_column( $events, 'attachment' ), 'id' ) );
		wp_delete_attachment( $id, true );
		unlink( freshet()->uploads->file_of( $webp ) );
		$told = $this->told( $this->events( $events[0]['sequence'] )[0] );
		$this->assertArrayHasKey( freshet()->uploads->url_of( $webp ), $told );
	}

	public function test_a_picture_of_its_own_beside_another_stays_its_own(): void {
		$jpg  = $this->upload( 'hat.jpg' );
		$webp = wp_insert_attachment( [ 'post_mime_type' => 'image/webp', 'post_title' => 'own', 'post_status' => 'inherit' ], str_replace( '.jpg', '.webp', $this->file( $jpg ) ) );
		$path = str_replace( '.jpg', '.webp', $this->path( $jpg ) );
		$this->draw( freshet()->uploads->file_of( $path ), 80, 60, 3 );
		wp_update_attachment_metadata( $webp, [ 'file' => $path ] );
		$this->events( 0 );
		$head = $this->head();
		wp_update_attachment_metadata( $jpg, wp_get_attachment_metadata( $jpg ) + [ 'x' => 1 ] );
		$this->assertSame( [], $this->events( $head ) );
		$this->assertSame( [ $path => $webp ], freshet()->file_table->owners( [ $path ] ) );
	}

	public function test_nothing_is_walked_while_inactive(): void {
		$this->upload();
		update_option( 'freshet_settings', [ 'endpoint' => '' ] );
		$this->assertFalse( freshet()->scanner->step() );
		$this->assertSame( [ 'scanned' => 0, 'next' => null ], freshet()->scanner->scan( '', 10 ) );
	}

	/** A whole census and a whole round. */
	private function walk(): void {
		freshet()->scanner->restart();
		while ( freshet()->scanner->step() ) {
			continue;
		}
	}
}
