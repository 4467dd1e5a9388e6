<?php

/**
 * One file of an attachment gives a change away: what is told of the others.
 */
final class AttachmentTest extends Freshet_Case {
	private int $id;
	private int $start;

	protected function setUp(): void {
		parent::setUp();
		$this->id    = $this->upload();
		$this->start = $this->head();
	}

	public function test_a_page_that_names_one_file_makes_all_be_told_in_one_event(): void {
		$this->overwrite( $this->id );
		$this->show( $this->id );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertSame( [ 'stat', $this->id ], [ $events[0]['reason'], $events[0]['attachment']['id'] ] );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
		$this->show( $this->id );
		$this->walk();
		$this->assertCount( 1, $this->events( $this->start ), 'Neither a page nor the walk has anything new.' );
	}

	public function test_the_other_files_are_looked_at_after_the_page(): void {
		$this->draw( $this->file( $this->id ), 800, 600, 5 );
		$this->show( $this->id );
		$this->assertSame( $this->start, $this->head(), 'The page waits for no event.' );
		$this->overwrite( $this->id, 6, $this->path( $this->id ) );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	/**
	 * @group native
	 * @runInSeparateProcess
	 * @preserveGlobalState disabled
	 */
	public function test_the_visitor_is_let_go_before_anything_more_is_read(): void {
		global $let_go;
		$let_go = null;
		// What PHP-FPM offers; the command line does not.
		eval( 'function fastcgi_finish_request() { global $let_go; $let_go = freshet()->outbox->head(); }' ); // phpcs:ignore Squiz.PHP.Eval
		$this->show( $this->id );
		freshet()->files->end();
		$this->assertNull( $let_go, 'Nothing changed: nothing is done after the page.' );
		$files = new Freshet_Files( freshet()->uploads, freshet()->file_table );
		$this->overwrite( $this->id );
		$files->look( [ $this->path( $this->id ) ], 'stat' );
		$files->end();
		$this->assertSame( [ $this->start, $this->start + 1 ], [ $let_go, $this->head() ] );
	}

	public function test_files_with_the_bytes_they_had_are_not_told(): void {
		$thumbnail = $this->thumbnail( $this->id );
		$this->draw( freshet()->uploads->file_of( $thumbnail ), 150, 150, 5 );
		freshet()->files->look( [ $thumbnail ], 'stat' );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertSame( [ freshet()->uploads->url_of( $thumbnail ) ], array_keys( $this->told( $events[0] ) ) );
	}

	public function test_another_file_that_went_away_is_told_as_gone(): void {
		$thumbnail = $this->thumbnail( $this->id );
		$this->draw( $this->file( $this->id ), 800, 600, 5 );
		unlink( freshet()->uploads->file_of( $thumbnail ) );
		$this->show( $this->id );
		$told = $this->told( $this->events( $this->start )[0] );
		$this->assertCount( 2, $told );
		$this->assertNull( $told[ freshet()->uploads->url_of( $thumbnail ) ] );
	}

	public function test_a_file_that_went_away_makes_the_others_be_told(): void {
		$this->overwrite( $this->id );
		unlink( $this->file( $this->id ) );
		$this->show( $this->id );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertCount( count( $this->urls( $this->id ) ), $events[0]['files'] );
	}

	public function test_another_file_never_seen_before_is_no_change_but_known_from_then_on(): void {
		global $wpdb;
		$thumbnail = $this->thumbnail( $this->id );
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->prefix}freshet_files WHERE path_hash = %s", sha1( $thumbnail ) ) );
		$this->draw( $this->file( $this->id ), 800, 600, 5 );
		$this->show( $this->id );
		$this->assertCount( 1, $this->events( $this->start )[0]['files'] );
		$this->draw( freshet()->uploads->file_of( $thumbnail ), 150, 150, 5 );
		$this->walk();
		$events = $this->events( $this->start + 1 );
		$this->assertSame( [ freshet()->uploads->url_of( $thumbnail ) => $this->version( freshet()->uploads->file_of( $thumbnail ) ) ], $this->told( $events[0] ) );
	}

	public function test_files_first_seen_on_pages_are_told_with_their_attachment(): void {
		global $wpdb;
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		freshet()->files->look( freshet()->uploads->paths_of_attachment( $this->id ), 'stat' );
		$this->overwrite( $this->id );
		$this->show( $this->id );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	public function test_each_attachment_of_a_page_has_its_own_event(): void {
		$other = $this->upload( 'scarf.jpg', 800, 600, 2 );
		$quiet = $this->upload( 'shoe.jpg', 800, 600, 3 );
		$head  = $this->head();
		$this->overwrite( $this->id );
		$this->overwrite( $other, 6 );
		$this->show( $this->id, $other, $quiet );
		$events = $this->events( $head );
		$this->assertEqualsCanonicalizing( [ $this->id, $other ], array_column( array_column( $events, 'attachment' ), 'id' ) );
		foreach ( $events as $event ) {
			$this->assertToldAsTheyAre( $event['attachment']['id'], $event );
		}
	}

	public function test_a_change_that_both_a_hook_and_a_page_notice_is_told_once(): void {
		$this->overwrite( $this->id );
		freshet()->watcher->note( $this->id );
		$this->show( $this->id );
		$events = $this->events( $this->start );
		$this->assertSame( [ 'hook' ], array_column( $events, 'reason' ) );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	public function test_slices_of_the_walk_tell_an_attachment_once(): void {
		$this->overwrite( $this->id );
		$this->walk( 1 );
		$events = $this->events( $this->start );
		$this->assertSame( [ 'scan' ], array_column( $events, 'reason' ) );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	public function test_requests_that_see_different_files_of_one_change_tell_it_once(): void {
		$this->overwrite( $this->id );
		$other = new Freshet_Files( freshet()->uploads, freshet()->file_table );
		$other->look( [ $this->thumbnail( $this->id ) ], 'stat' );
		$this->show( $this->id );
		// The other request wins between our reading of the rows and our writing.
		$meanwhile = static function ( string $query ) use ( &$meanwhile, $other ): string {
			if ( 'START TRANSACTION' === $query ) {
				remove_filter( 'query', $meanwhile );
				$other->tell();
			}
			return $query;
		};
		add_filter( 'query', $meanwhile );
		$events = $this->events( $this->start );
		$this->assertFalse( has_filter( 'query', $meanwhile ) );
		$this->assertCount( 1, $events );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	public function test_a_request_that_breaks_off_after_the_page_leaves_the_change_to_the_next(): void {
		$this->overwrite( $this->id );
		$broken = new Freshet_Files( freshet()->uploads, freshet()->file_table );
		$broken->look( [ $this->path( $this->id ) ], 'stat' );
		unset( $broken );
		$this->show( $this->id );
		$events = $this->events( $this->start );
		$this->assertCount( 1, $events );
		$this->assertToldAsTheyAre( $this->id, $events[0] );
	}

	public function test_a_page_that_PHP_itself_sends_at_the_very_end_is_not_forgotten(): void {
		$this->overwrite( $this->id );
		$files = new Freshet_Files( freshet()->uploads, freshet()->file_table );
		$files->end();
		$files->look( [ $this->path( $this->id ) ], 'stat' );
		$this->assertSame( $this->start + 1, $this->head() );
		$this->assertToldAsTheyAre( $this->id, $this->events( $this->start )[0] );
	}

	public function test_what_is_too_much_after_a_page_is_put_off_and_told_by_the_walk(): void {
		$huge = dirname( $this->path( $this->id ) ) . '/huge.jpg';
		$file = freshet()->uploads->file_of( $huge );
		$add  = function ( array $paths, int $id ) use ( $huge ): array {
			return $id === $this->id ? array_merge( [ $huge ], $paths ) : $paths;
		};
		add_filter( 'freshet_attachment_paths', $add, 10, 2 );
		try {
			file_put_contents( $file, str_repeat( 'a', Freshet_Files::BUDGET_PAGE + 1 ) );
			freshet()->files->look( [ $huge ], 'scan' );
			$this->overwrite( $this->id, 5, $huge );
			file_put_contents( $file, str_repeat( 'b', Freshet_Files::BUDGET_PAGE + 1 ) . 'b' );
			$this->show( $this->id );
			$events = $this->events( $this->start );
			$this->assertCount( 1, $events );
			$url = freshet()->uploads->url_of( $huge );
			$this->assertEqualsCanonicalizing( array_diff( $this->urls( $this->id ), [ $url ] ), array_keys( $this->told( $events[0] ) ) );

			$this->walk();
			$events = $this->events( $this->start + 1 );
			$this->assertCount( 1, $events );
			$this->assertSame( [ 'scan', $this->id ], [ $events[0]['reason'], $events[0]['attachment']['id'] ] );
			$this->assertSame( [ $url => $this->version( $file ) ], $this->told( $events[0] ) );
		} finally {
			remove_filter( 'freshet_attachment_paths', $add, 10 );
		}
	}

	/**
	 * Where files may have holes.
	 *
	 * @group native
	 */
	public function test_a_new_file_too_big_for_the_request_that_announced_it_is_told_by_the_walk(): void {
		$huge = dirname( $this->path( $this->id ) ) . '/huge.jpg';
		$file = freshet()->uploads->file_of( $huge );
		$add  = function ( array $paths, int $id ) use ( $huge ): array {
			return $id === $this->id ? array_merge( $paths, [ $huge ] ) : $paths;
		};
		$hole = fopen( $file, 'w' );
		fwrite( $hole, "\x89PNG\r\n\x1a\n" ); // Else PHP looks for the end of a line, through all of it.
		ftruncate( $hole, Freshet_Files::BUDGET_WORK );
		fclose( $hole );
		add_filter( 'freshet_attachment_paths', $add, 10, 2 );
		try {
			freshet()->watcher->note( $this->id );
			$this->assertSame( [], $this->events( $this->start ) );
			$this->walk();
			$events = $this->events( $this->start );
			$this->assertSame( [ 'scan' ], array_column( $events, 'reason' ) );
			$this->assertSame( [ freshet()->uploads->url_of( $huge ) ], array_keys( $this->told( $events[0] ) ) );
		} finally {
			remove_filter( 'freshet_attachment_paths', $add, 10 );
			unlink( $file );
		}
	}

	/** Writes over every file, or over all but one, without WordPress knowing. */
	private function overwrite( int $id, int $seed = 5, string $except = '' ): void {
		foreach ( freshet()->uploads->paths_of_attachment( $id ) as $path ) {
			if ( $path !== $except ) {
				[ $width, $height ] = getimagesize( freshet()->uploads->file_of( $path ) );
				$this->draw( freshet()->uploads->file_of( $path ), $width, $height, $seed );
			}
		}
	}

	/** Renders a page that names the main files of attachments, and no other. */
	private function show( int ...$ids ): void {
		$html = '';
		foreach ( $ids as $id ) {
			$html .= '<img src="' . freshet()->uploads->url_of( $this->path( $id ) ) . '">';
		}
		freshet()->rewriter->rewrite( $html );
	}

	private function walk( int $limit = 100 ): void {
		$after = '';
		do {
			$next  = freshet()->scanner->scan( $after, $limit )['next'];
			$after = (string) $next;
		} while ( null !== $next );
	}

	private function thumbnail( int $id ): string {
		return dirname( $this->path( $id ) ) . '/' . wp_get_attachment_metadata( $id )['sizes']['thumbnail']['file'];
	}

	/** All files of the attachment and no other are told, each as it is on disk. */
	private function assertToldAsTheyAre( int $id, array $event ): void {
		$expected = [];
		foreach ( freshet()->uploads->paths_of_attachment( $id ) as $path ) {
			$expected[ freshet()->uploads->url_of( $path ) ] = $this->version( freshet()->uploads->file_of( $path ) );
		}
		$told = $this->told( $event );
		ksort( $expected );
		ksort( $told );
		$this->assertSame( $expected, $told );
		$this->assertGreaterThan( 3, count( $told ) );
	}
}
