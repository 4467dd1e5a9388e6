<?php

/**
 * What became of events: told by the connector, kept once, shown to people.
 */
final class JournalTest extends Freshet_Case {
	public function test_a_picture_goes_from_waiting_over_sent_to_what_the_connector_says(): void {
		$id = $this->upload();
		$this->assertSame( 'waiting', $this->state( $id ) );
		freshet()->outbox->delivered( [ $this->head() ] );
		$this->assertSame( 'sent', $this->state( $id ) );
		$this->tell( 'invalidating', 100, 'u-1' );
		$this->assertSame( 'invalidating', $this->state( $id ) );
		$this->assertTrue( $this->tell( 'done', 200, 'u-1 u-2', '4 files invalidated.' ) );
		$entry = freshet()->journal->history( $id, 10 )[0];
		$this->assertSame( [ 'done', 200, [ 'u-1', 'u-2' ], '4 files invalidated.', 'hook' ], [ $entry['state'], $entry['state_at'], $entry['invalidations'], $entry['remark'], $entry['reason'] ] );
		$this->assertSame( count( $this->urls( $id ) ), $entry['files'] );
	}

	public function test_what_is_final_stays_and_what_comes_late_is_left_out(): void {
		$id = $this->upload();
		$this->tell( 'invalidating', 200 );
		$this->assertFalse( $this->tell( 'received', 100 ) );
		$this->assertTrue( $this->tell( 'failed', 300, 'u-1', 'A node is down.' ) );
		$this->assertFalse( $this->tell( 'done', 400 ) );
		$this->assertSame( 'failed', $this->state( $id ) );
		$this->assertSame( [], freshet()->outbox->unsettled( 10 ) );
	}

	public function test_what_the_connector_knows_is_not_pushed_any_more(): void {
		$this->upload();
		$this->upload( 'cap.jpg', 800, 600, 2 );
		$this->assertSame( 2, freshet()->outbox->pending() );
		$this->tell( 'received', 100 );
		$this->assertSame( 1, freshet()->outbox->pending() );
		freshet()->outbox->acknowledge( $this->head() );
		$this->assertSame( [ 0, [] ], [ freshet()->outbox->pending(), freshet()->outbox->claim( 10, 60 ) ] );
		$this->assertCount( 2, freshet()->outbox->unsettled( 10 ) );
	}

	public function test_the_backlog_counts_what_is_open_and_pictures_whose_last_word_is_a_failure(): void {
		$hat = $this->upload();
		$this->tell( 'failed', 100 );
		$this->upload( 'cap.jpg', 800, 600, 2 );
		$backlog = freshet()->journal->backlog();
		$this->assertSame( [ 1, 1, 1 ], [ $backlog['waiting'], $backlog['open'], $backlog['failed'] ] );
		$this->assertEqualsWithDelta( time(), $backlog['oldest'], 20 );
		freshet()->watcher->refresh( $hat );
		$this->tell( 'done', 200 );
		$this->assertSame( 0, freshet()->journal->backlog()['failed'] );
	}

	public function test_states_of_a_page_of_pictures_are_one_query(): void {
		$ids = [];
		for ( $seed = 1; $seed <= 8; $seed++ ) {
			$ids[] = $this->upload( "n$seed.png", 20, 20, $seed );
		}
		$list = new WP_Query( [ 'post_type' => 'attachment', 'post_status' => 'any', 'posts_per_page' => 8 ] );
		freshet()->media->meet( $list->posts );
		$asked = 0;
		$count = static function ( string $query ) use ( &$asked ): string {
			$asked += (int) ( false !== strpos( $query, 'freshet_outbox' ) );
			return $query;
		};
		add_filter( 'query', $count );
		ob_start();
		foreach ( $ids as $id ) {
			freshet()->media->show_column( 'freshet', $id );
		}
		$html = ob_get_clean();
		$this->assertSame( 1, $asked );
		$this->assertSame( 8, substr_count( $html, 'Waiting to be sent' ) );
		// The grid asks for the same of each picture.
		foreach ( $list->posts as $post ) {
			$this->assertStringContainsString( 'Waiting to be sent', freshet()->media->add_line( [], $post )['freshet']['html'] );
		}
		$this->assertSame( 1, $asked );
		remove_filter( 'query', $count );
	}

	public function test_what_the_connector_says_is_shown_as_text(): void {
		$id = $this->upload();
		$this->tell( 'failed', 100, 'u-1', '<script>alert(1)</script>' );
		ob_start();
		freshet()->media->show_box( get_post( $id ) );
		freshet()->widget->show();
		$html = ob_get_clean() . freshet()->media->add_line( [], get_post( $id ) )['freshet']['html'];
		$this->assertStringNotContainsString( '<script', $html );
		$this->assertStringContainsString( '&lt;script&gt;', $html );
		$this->assertStringContainsString( '<code>u-1</code>', $html );
	}

	public function test_other_columns_and_other_files_are_left_alone(): void {
		$text = wp_insert_attachment( [ 'post_mime_type' => 'text/plain', 'post_title' => 'text', 'post_status' => 'inherit' ], wp_upload_dir()['path'] . '/a.txt' );
		ob_start();
		freshet()->media->show_column( 'author', $text );
		freshet()->media->show_column( 'freshet', $text );
		$this->assertSame( '—', ob_get_clean() );
		$this->assertSame( [ 'x' => 1 ], freshet()->media->add_line( [ 'x' => 1 ], get_post( $text ) ) );
		$this->assertArrayNotHasKey( 'freshet_refresh', freshet()->refresh->add_row( [], get_post( $text ) ) );
	}

	/** Tells what became of the newest event. */
	private function tell( string $outcome, int $at, string $invalidation = '', string $remark = '' ): bool {
		$event = freshet()->outbox->after( $this->head() - 1, 1 )[0]['id'];
		return freshet()->outbox->settle( compact( 'event', 'outcome', 'at', 'invalidation', 'remark' ) );
	}

	private function state( int $id ): string {
		return freshet()->journal->newest( [ $id ] )[ $id ]['state'];
	}
}
