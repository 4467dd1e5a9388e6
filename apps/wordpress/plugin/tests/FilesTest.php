<?php

/**
 * Changes that no hook announces.
 */
final class FilesTest extends Freshet_Case {
	public function test_an_overwritten_file_is_told_at_the_next_look(): void {
		$id   = $this->upload();
		$head = $this->head();
		$this->draw( $this->file( $id ), 800, 600, 5 );
		$versions = $this->look( $id );
		$this->assertSame( $this->version( $this->file( $id ) ), $versions[ $this->path( $id ) ] );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertSame( [ 'stat', $id ], [ $events[0]['reason'], $events[0]['attachment']['id'] ] );
		$this->look( $id );
		$this->assertCount( 1, $this->events( $head ), 'A second look has nothing new.' );
	}

	public function test_same_size_and_preserved_time_are_noticed_by_ctime(): void {
		$id   = $this->upload();
		$file = $this->file( $id );
		$this->settle();
		sleep( 1 ); // PHP sees whole seconds: the change must fall into another one.
		$head = $this->head();
		$stat = stat( $file );
		$this->flip( $file );
		touch( $file, $stat['mtime'] );
		clearstatcache();
		$this->assertSame( [ $stat['mtime'], $stat['size'], $stat['ino'] ], [ filemtime( $file ), filesize( $file ), fileinode( $file ) ] );
		$this->assertSame( $this->version( $file ), $this->look( $id )[ $this->path( $id ) ] );
		$this->assertCount( 1, $this->events( $head ) );
	}

	/**
	 * Where files have inodes that last.
	 *
	 * @group native
	 */
	public function test_a_renamed_file_in_place_of_another_is_noticed_by_inode(): void {
		$id   = $this->upload();
		$file = $this->file( $id );
		$this->settle();
		$time = filemtime( $file );
		copy( $file, "$file.new" );
		$this->flip( "$file.new" );
		touch( "$file.new", $time );
		rename( "$file.new", $file );
		$this->assertSame( $this->version( $file ), $this->look( $id )[ $this->path( $id ) ] );
	}

	public function test_a_change_within_the_second_of_the_hash_is_noticed(): void {
		$id   = $this->upload();
		$file = $this->file( $id );
		for ( $i = 0; $i < 5; $i++ ) {
			$head = $this->head();
			$this->flip( $file );
			$this->assertSame( $this->version( $file ), $this->look( $id )[ $this->path( $id ) ] );
			$this->assertCount( 1, $this->events( $head ) );
		}
	}

	public function test_a_clean_file_is_not_hashed_again(): void {
		global $wpdb;
		$id = $this->upload();
		$this->settle();
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET vh = 'ckept'" );
		$this->assertSame( 'ckept', $this->look( $id )[ $this->path( $id ) ] );
	}

	public function test_a_file_first_seen_on_a_page_is_not_a_change(): void {
		global $wpdb;
		$id = $this->upload();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$head = $this->head();
		$this->assertSame( $this->version( $this->file( $id ) ), $this->look( $id )[ $this->path( $id ) ] );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_a_file_that_vanishes_and_comes_back_is_told_twice(): void {
		$id    = $this->upload();
		$file  = $this->file( $id );
		$bytes = file_get_contents( $file );
		$head  = $this->head();
		unlink( $file );
		$this->assertSame( [], $this->look( $id ) );
		$this->end_request();
		file_put_contents( $file, $bytes );
		$this->look( $id );
		$events = $this->events( $head );
		$this->assertSame( [ null, $this->version( $file ) ], [ $events[0]['files'][0]['version'], $events[1]['files'][0]['version'] ] );
	}

	public function test_the_walk_finds_what_no_page_shows(): void {
		$ids  = [ $this->upload( 'a.jpg' ), $this->upload( 'b.jpg' ), $this->upload( 'c.jpg' ) ];
		$head = $this->head();
		$this->draw( $this->file( $ids[1] ), 800, 600, 7 );
		$after = '';
		$steps = 0;
		do {
			$slice = freshet()->scanner->scan( $after, 4 );
			$after = (string) $slice['next'];
			++$steps;
		} while ( null !== $slice['next'] );
		$events = $this->events( $head );
		$this->assertGreaterThan( 1, $steps );
		$this->assertCount( 1, $events );
		$this->assertSame( [ 'scan', $ids[1] ], [ $events[0]['reason'], $events[0]['attachment']['id'] ] );
	}

	public function test_a_file_of_no_attachment_is_told_by_its_path(): void {
		$path = 'loose.png';
		$file = freshet()->uploads->file_of( $path );
		$this->draw( $file, 20, 20, 1 );
		freshet()->files->look( [ $path ], 'stat' );
		$head = $this->head();
		$this->draw( $file, 20, 20, 2 );
		freshet()->files->look( [ $path ], 'stat' );
		$events = $this->events( $head );
		unlink( $file );
		$this->assertSame( [ 'id' => 0, 'title' => $path, 'link' => admin_url( 'upload.php' ) ], $events[0]['attachment'] );
	}

	public function test_too_much_for_a_page_is_put_off_and_a_change_until_then_is_told(): void {
		$path = 'huge.jpg';
		$file = freshet()->uploads->file_of( $path );
		$this->grow( $file, Freshet_Files::BUDGET_PAGE + 1, 'a' );
		$this->assertSame( [ $path => '' ], freshet()->files->look( [ $path ], 'stat' ), 'Delivered without a version for now.' );
		$head = $this->head();
		$this->assertSame( [ $path => $this->version( $file ) ], freshet()->files->look( [ $path ], 'scan' ) );
		$this->assertSame( [], $this->events( $head ), 'Nothing changed in between.' );

		$this->grow( $file, Freshet_Files::BUDGET_PAGE + 2, 'b' );
		$this->assertSame( [ $path => '' ], freshet()->files->look( [ $path ], 'stat' ) );
		$this->assertSame( [], $this->events( $head ) );
		$this->assertContains( $path, freshet()->file_table->slice( 'zzzz', 10 )['paths'], 'Put off comes first.' );
		freshet()->files->look( [ $path ], 'scan' );
		$this->assertCount( 1, $this->events( $head ) );
		unlink( $file );
	}

	public function test_of_two_requests_that_see_the_same_change_one_tells_it(): void {
		global $wpdb;
		$id   = $this->upload();
		$head = $this->head();
		$this->draw( $this->file( $id ), 800, 600, 6 );
		$this->look( $id );
		// The other request wins between our reading of the row and our writing.
		$meanwhile = function ( string $query ) use ( &$meanwhile, $id ): string {
			if ( 'START TRANSACTION' === $query ) {
				remove_filter( 'query', $meanwhile );
				$other = new Freshet_Files( freshet()->uploads, freshet()->file_table );
				$other->look( [ $this->path( $id ) ], 'stat' );
				$other->tell();
			}
			return $query;
		};
		add_filter( 'query', $meanwhile );
		$events = $this->events( $head );
		$this->assertFalse( has_filter( 'query', $meanwhile ) );
		$this->assertCount( 1, $events );
		$this->assertSame( '1', $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->prefix}freshet_files WHERE path_hash = %s", sha1( $this->path( $id ) ) ) ) );
	}

	public function test_a_change_that_cannot_be_queued_is_not_recorded_as_known(): void {
		$id   = $this->upload();
		$head = $this->head();
		$this->draw( $this->file( $id ), 800, 600, 6 );
		$break = static function ( string $query ): string {
			return false === strpos( $query, 'INSERT INTO wp_freshet_outbox' ) ? $query : 'INSERT INTO wp_nowhere VALUES (1)';
		};
		add_filter( 'query', $break );
		$GLOBALS['wpdb']->suppress_errors( true );
		$this->look( $id );
		$this->assertSame( [], $this->events( $head ) );
		$GLOBALS['wpdb']->suppress_errors( false );
		remove_filter( 'query', $break );
		$this->look( $id );
		$this->assertCount( 1, $this->events( $head ) );
	}

	public function test_a_refusal_of_the_database_is_tried_again(): void {
		$head  = $this->head();
		$times = 0;
		$break = static function ( string $query ) use ( &$times ): string {
			return false !== strpos( $query, 'INSERT INTO wp_freshet_outbox' ) && 1 === ++$times ? 'INSERT INTO wp_nowhere VALUES (1)' : $query;
		};
		add_filter( 'query', $break );
		$GLOBALS['wpdb']->suppress_errors( true );
		$this->upload();
		$GLOBALS['wpdb']->suppress_errors( false );
		remove_filter( 'query', $break );
		$this->assertSame( 2, $times );
		$this->assertCount( 1, $this->events( $head ) );
	}

	public function test_nothing_is_written_where_no_transaction_begins(): void {
		$break = static function ( string $query ): string {
			return 'START TRANSACTION' === $query ? 'INSERT INTO wp_nowhere VALUES (1)' : $query;
		};
		$this->attach( 'hat.jpg', 800, 600 );
		add_filter( 'query', $break );
		$GLOBALS['wpdb']->suppress_errors( true );
		$this->end_request();
		$GLOBALS['wpdb']->suppress_errors( false );
		remove_filter( 'query', $break );
		$this->assertSame( [ 0, 0 ], [ $this->head(), freshet()->file_table->counts()['known'] ] );
	}

	public function test_rows_of_files_long_gone_are_forgotten(): void {
		global $wpdb;
		$id = $this->upload();
		wp_delete_attachment( $id, true );
		$this->events( 0 );
		freshet()->file_table->forget_gone( time() - 10 );
		$this->assertGreaterThan( 0, $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}freshet_files" ) );
		freshet()->file_table->forget_gone( time() + 10 );
		$this->assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}freshet_files" ) );
	}

	/** @return array<string,string> */
	private function look( int $id ): array {
		return freshet()->files->look( [ $this->path( $id ) ], 'stat' );
	}

	/** Other bytes, as many. */
	private function flip( string $file ): void {
		$bytes      = file_get_contents( $file );
		$at         = (int) ( strlen( $bytes ) / 2 );
		$bytes[$at] = chr( ord( $bytes[ $at ] ) ^ 1 );
		file_put_contents( $file, $bytes );
	}

	private function grow( string $file, int $size, string $with ): void {
		file_put_contents( $file, str_repeat( $with, $size ) );
	}

	/** As if everything had been hashed long after its last change. */
	private function settle(): void {
		global $wpdb;
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = ctime + 10" );
	}
}
