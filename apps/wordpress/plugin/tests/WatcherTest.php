<?php

/**
 * Each way in which WordPress changes files, and what is told about it.
 */
final class WatcherTest extends Freshet_Case {
	public function test_upload_is_told_once_with_all_files(): void {
		$id     = $this->attach( 'hat.jpg', 800, 600 );
		$events = $this->events( 0 );
		$this->assertCount( 1, $events );
		$this->assertSame( 'hook', $events[0]['reason'] );
		$this->assertSame( [ 'id' => $id, 'title' => 'hat', 'link' => admin_url( "post.php?post=$id&action=edit" ) ], $events[0]['attachment'] );
		$told = $this->told( $events[0] );
		ksort( $told );
		$this->assertSame( $this->urls( $id ), array_keys( $told ) );
		$this->assertSame( $this->version( $this->file( $id ) ), $told[ freshet()->uploads->url_of( $this->path( $id ) ) ] );
	}

	public function test_an_event_has_the_form_of_the_contract(): void {
		$this->upload();
		$event = $this->events( 0 )[0];
		$this->assertSame( [ 'id', 'sequence', 'at', 'reason', 'attachment', 'files' ], array_keys( $event ) );
		$this->assertMatchesRegularExpression( '/^evt_[0-9a-f]{32}$/', $event['id'] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $event['at'] );
		$this->assertSame( $this->head(), $event['sequence'] );
		foreach ( $event['files'] as $file ) {
			$this->assertSame( 'c' . substr( $file['sha256'], 0, 12 ), $file['version'] );
		}
	}

	public function test_upload_in_three_requests_ends_with_every_size_told(): void {
		add_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		$id = $this->upload( 'hat.jpg' );
		remove_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		$head = $this->head();
		// Sizes arrive without a hook of the attachment; the last request writes the metadata.
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertCount( count( $this->urls( $id ) ) - 1, $events[0]['files'] );
	}

	public function test_an_upload_whose_sizes_come_in_further_requests_is_told_with_its_last(): void {
		add_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		$id = $this->begin();
		remove_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		$this->assertSame( [], $this->events( 0 ) );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		$events = $this->events( 0 );
		$this->assertCount( 1, $events );
		$this->assertCount( count( $this->urls( $id ) ), $events[0]['files'] );
		$this->assertSame( '', get_post_meta( $id, Freshet_Watcher::UNFINISHED, true ) );
	}

	public function test_an_upload_in_parts_that_nobody_ends_is_told_after_a_while(): void {
		$id = $this->begin();
		freshet()->watcher->finish_abandoned();
		$this->assertSame( [], $this->events( 0 ) );
		update_post_meta( $id, Freshet_Watcher::UNFINISHED, time() - Freshet_Watcher::PATIENCE_SECONDS - 1 );
		freshet()->watcher->finish_abandoned();
		$this->assertCount( 1, $this->events( 0 ) );
		freshet()->watcher->finish_abandoned();
		$this->assertCount( 1, $this->events( 0 ) );
	}

	public function test_a_wordpress_that_makes_all_sizes_itself_is_not_waited_for(): void {
		$id = $this->attach( 'hat.jpg', 800, 600 );
		$request = new WP_REST_Request( 'POST', '/wp/v2/media' );
		$request->set_query_params( [ 'generate_sub_sizes' => false ] );
		do_action( 'rest_after_insert_attachment', get_post( $id ), $request, true );
		$this->assertCount( 1, $this->events( 0 ) );
	}

	public function test_an_upload_that_the_connector_looked_at_first_is_told_all_the_same(): void {
		$id = $this->attach( 'hat.jpg', 800, 600 );
		freshet()->scanner->census( 0, 100 );
		$this->assertSame( [], freshet()->outbox->after( 0, 100 ) );
		$this->assert_told_whole( $id, $this->events( 0 ) );
		$this->change_nothing( $id );
		$this->assertCount( 1, $this->events( 0 ), 'Once.' );
	}

	public function test_an_upload_that_a_page_showed_first_is_told_all_the_same(): void {
		$id = $this->attach( 'hat.jpg', 800, 600 );
		freshet()->files->look( freshet()->uploads->paths_of_attachment( $id ), 'stat' );
		$this->assert_told_whole( $id, $this->events( 0 ) );
	}

	public function test_an_upload_that_is_looked_at_just_before_it_is_recorded_is_told_all_the_same(): void {
		$id        = $this->attach( 'hat.jpg', 800, 600 );
		$meanwhile = static function ( string $query ) use ( &$meanwhile ): string {
			if ( 'START TRANSACTION' === $query ) {
				remove_filter( 'query', $meanwhile );
				freshet()->scanner->census( 0, 100 );
			}
			return $query;
		};
		add_filter( 'query', $meanwhile );
		$events = $this->events( 0 );
		$this->assertFalse( has_filter( 'query', $meanwhile ) );
		$this->assert_told_whole( $id, $events );
	}

	public function test_what_was_known_before_the_request_is_not_told_for_being_named_in_it(): void {
		global $wpdb;
		$id   = $this->upload();
		$head = $this->head();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		freshet()->scanner->census( 0, 100 );
		$this->begin_later_request();
		$this->change_nothing( $id );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_an_upload_in_parts_that_the_connector_looked_at_in_between_is_told_with_all_files(): void {
		add_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		$id = $this->begin();
		remove_filter( 'intermediate_image_sizes_advanced', '__return_empty_array' );
		freshet()->scanner->census( 0, 100 );
		$this->begin_later_request();
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		$this->assert_told_whole( $id, $this->events( 0 ) );
	}

	public function test_an_upload_that_the_database_refused_to_record_is_told_by_the_schedule(): void {
		$id    = $this->attach( 'hat.jpg', 800, 600 );
		$break = static function ( string $query ): string {
			return false === strpos( $query, 'INSERT INTO wp_freshet_outbox' ) ? $query : 'INSERT INTO wp_nowhere VALUES (1)';
		};
		add_filter( 'query', $break );
		$GLOBALS['wpdb']->suppress_errors( true );
		$this->end_request();
		$GLOBALS['wpdb']->suppress_errors( false );
		remove_filter( 'query', $break );
		freshet()->scanner->census( 0, 100 );
		$this->begin_later_request();
		freshet()->watcher->finish_abandoned();
		$this->assertSame( [], $this->events( 0 ), 'Whoever uploads in parts is given time.' );
		$unfinished = (int) get_post_meta( $id, Freshet_Watcher::UNFINISHED, true );
		update_post_meta( $id, Freshet_Watcher::UNFINISHED, $unfinished - Freshet_Watcher::PATIENCE_SECONDS );
		freshet()->watcher->finish_abandoned();
		$this->assert_told_whole( $id, $this->events( 0 ) );
		$this->assertSame( '', get_post_meta( $id, Freshet_Watcher::UNFINISHED, true ) );
	}

	public function test_text_changes_are_not_told(): void {
		$id   = $this->upload();
		$head = $this->head();
		update_post_meta( $id, '_wp_attachment_image_alt', 'A hat' );
		wp_update_post( [ 'ID' => $id, 'post_title' => 'Hat' ] );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_metadata_without_new_bytes_is_not_told(): void {
		$id   = $this->upload();
		$head = $this->head();
		wp_update_attachment_metadata( $id, wp_get_attachment_metadata( $id ) + [ 'note' => 'x' ] );
		wp_update_image_subsizes( $id );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_image_editor_tells_the_files_under_new_names(): void {
		$id   = $this->upload();
		$old  = $this->urls( $id );
		$head = $this->head();
		$this->edit( $id, '[{"f":1}]' );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$told = array_keys( $this->told( $events[0] ) );
		$this->assertNotEmpty( $told );
		$this->assertSame( [], array_intersect( $old, $told ) );
		$this->assertContains( freshet()->uploads->url_of( $this->path( $id ) ), $told );
	}

	public function test_restoring_in_the_image_editor_tells_what_went_away(): void {
		$id = $this->upload();
		$this->edit( $id, '[{"f":1}]' );
		$this->events( 0 );
		$before = $this->files_on_disk( $id );
		$head   = $this->head();
		wp_restore_image( $id );
		$gone   = array_diff( $before, $this->files_on_disk( $id ) );
		$events = $this->events( $head );
		$told   = $events ? $this->told( $events[0] ) : [];
		$this->assertSame( count( $gone ), count( array_filter( $told, 'is_null' ) ) );
	}

	/**
	 * @group native
	 * @runInSeparateProcess
	 * @preserveGlobalState disabled
	 */
	public function test_image_editor_that_overwrites_tells_new_bytes_under_the_same_name(): void {
		define( 'IMAGE_EDIT_OVERWRITE', true );
		$id = $this->upload();
		$this->edit( $id, '[{"f":1}]' );
		$this->events( 0 );
		$url     = freshet()->uploads->url_of( $this->path( $id ) );
		$version = $this->version( $this->file( $id ) );
		$head    = $this->head();
		$this->edit( $id, '[{"r":90}]' );
		$events = $this->events( $head );
		$this->assertSame( $url, freshet()->uploads->url_of( $this->path( $id ) ) );
		$this->assertCount( 1, $events );
		$this->assertSame( $this->version( $this->file( $id ) ), $this->told( $events[0] )[ $url ] );
		$this->assertNotSame( $version, $this->told( $events[0] )[ $url ] );
	}

	public function test_editing_over_rest_tells_the_new_attachment_only(): void {
		$id      = $this->upload();
		$head    = $this->head();
		$request = new WP_REST_Request( 'POST', "/wp/v2/media/$id/edit" );
		$request->set_body_params( [ 'src' => wp_get_attachment_url( $id ), 'modifiers' => [ [ 'type' => 'rotate', 'args' => [ 'angle' => 90 ] ] ] ] );
		$answer = rest_do_request( $request );
		$this->assertSame( 201, $answer->get_status(), wp_json_encode( $answer->get_data() ) );
		$events = $this->events( $head );
		$this->assertSame( [ $answer->get_data()['id'] ], array_column( array_column( $events, 'attachment' ), 'id' ) );
	}

	public function test_regenerating_equal_sizes_is_not_told_and_other_quality_is(): void {
		$id   = $this->upload();
		$head = $this->head();
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		$this->assertSame( [], $this->events( $head ) );

		$worse = static function (): int {
			return 20;
		};
		add_filter( 'wp_editor_set_quality', $worse );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		remove_filter( 'wp_editor_set_quality', $worse );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertCount( count( wp_get_attachment_metadata( $id )['sizes'] ), $events[0]['files'], 'All sizes, and not the file they were made of.' );
	}

	public function test_a_replaced_file_is_told_after_it_is_there(): void {
		$id   = $this->upload();
		$url  = freshet()->uploads->url_of( $this->path( $id ) );
		$head = $this->head();
		// What Enable Media Replace does, in its order.
		do_action( 'wp_handle_replace', [ 'post_id' => $id ] );
		$sizes = wp_get_attachment_metadata( $id )['sizes'];
		unlink( $this->file( $id ) );
		$this->draw( $this->file( $id ), 640, 480, 9 );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		do_action( 'emr/cache/flush', $id );
		do_action( 'enable-media-replace-upload-done', $url, $url, $id );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertSame( $this->version( $this->file( $id ) ), $this->told( $events[0] )[ $url ] );
		$this->assertGreaterThan( 1, count( $sizes ) );
	}

	public function test_a_replacement_tool_that_uses_its_own_hook_only_is_seen(): void {
		$id   = $this->upload();
		$head = $this->head();
		$this->draw( $this->file( $id ), 640, 480, 9 );
		do_action( 'enable-media-replace-upload-done', 'x', 'y', $id );
		$this->assertCount( 1, $this->events( $head ) );
	}

	public function test_deleting_tells_that_every_file_is_gone(): void {
		$id   = $this->upload();
		$urls = $this->urls( $id );
		$head = $this->head();
		wp_delete_attachment( $id, true );
		$events = $this->events( $head );
		$this->assertCount( 1, $events );
		$this->assertSame( [ $id, 'hat' ], [ $events[0]['attachment']['id'], $events[0]['attachment']['title'] ] );
		$told = $this->told( $events[0] );
		ksort( $told );
		$this->assertSame( array_fill_keys( $urls, null ), $told );
	}

	public function test_deleting_what_was_never_seen_is_told_too(): void {
		global $wpdb;
		$id = $this->upload();
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$head = $this->head();
		wp_delete_attachment( $id, true );
		$this->assertCount( 1, $this->events( $head ) );
	}

	public function test_deleting_one_of_two_attachments_of_the_same_files_is_silent(): void {
		$id   = $this->upload();
		$copy = wp_insert_attachment( [ 'post_mime_type' => 'image/jpeg', 'post_title' => 'copy', 'post_status' => 'inherit' ], $this->file( $id ) );
		wp_update_attachment_metadata( $copy, wp_get_attachment_metadata( $id ) );
		$this->events( 0 );
		$head = $this->head();
		$keep = static function (): string {
			return ''; // As translation plugins do: the file belongs to the other one, too.
		};
		add_filter( 'wp_delete_file', $keep );
		wp_delete_attachment( $copy, true );
		remove_filter( 'wp_delete_file', $keep );
		$this->assertSame( [], $this->events( $head ) );
	}

	public function test_delete_and_upload_under_the_same_name_differ(): void {
		$old     = $this->upload( 'hat.jpg', 800, 600, 1 );
		$url     = freshet()->uploads->url_of( $this->path( $old ) );
		$version = $this->version( $this->file( $old ) );
		$head    = $this->head();
		wp_delete_attachment( $old, true );
		$gone = $this->events( $head );
		$new  = $this->attach( 'hat.jpg', 800, 600, 2 );
		$here = $this->events( $gone[0]['sequence'] );
		$this->assertSame( $url, freshet()->uploads->url_of( $this->path( $new ) ) );
		$this->assertNull( $this->told( $gone[0] )[ $url ] );
		$this->assertNotSame( $version, $this->told( $here[0] )[ $url ] );
	}

	public function test_delete_and_upload_within_one_request_tell_the_new_bytes(): void {
		$old  = $this->upload( 'hat.jpg', 800, 600, 1 );
		$url  = freshet()->uploads->url_of( $this->path( $old ) );
		$head = $this->head();
		wp_delete_attachment( $old, true );
		$new    = $this->attach( 'hat.jpg', 800, 600, 2 );
		$events = $this->events( $head );
		$last   = [];
		foreach ( $events as $event ) {
			$last = array_merge( $last, $this->told( $event ) );
		}
		$this->assertSame( $this->version( $this->file( $new ) ), $last[ $url ] );
	}

	public function test_a_long_command_is_told_on_the_way(): void {
		for ( $i = 0; $i <= Freshet_Watcher::MOST_NOTED; $i++ ) {
			$this->attach( "n$i.png", 20, 20, $i );
		}
		$this->assertSame( Freshet_Watcher::MOST_NOTED, $this->head() - freshet()->outbox->after( 0, 1 )[0]['sequence'] + 1 );
		$this->assertCount( Freshet_Watcher::MOST_NOTED + 1, $this->events( 0 ) );
	}

	public function test_nothing_is_noted_while_inactive(): void {
		update_option( 'freshet_settings', [ 'endpoint' => '' ] );
		$this->attach( 'hat.jpg', 800, 600 );
		$this->assertSame( [], $this->events( 0 ) );
	}

	public function test_switching_rewriting_off_keeps_watching(): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'enabled' => false ] );
		$this->attach( 'hat.jpg', 800, 600 );
		$this->assertCount( 1, $this->events( 0 ) );
	}

	/** @param array[] $events */
	private function assert_told_whole( int $id, array $events ): void {
		$this->assertSame( [ 'hook' ], array_column( $events, 'reason' ) );
		$told = $this->told( $events[0] );
		ksort( $told );
		$this->assertSame( $this->urls( $id ), array_keys( $told ) );
	}

	/** WordPress writes the metadata again, and every file is what it was. */
	private function change_nothing( int $id ): void {
		wp_update_attachment_metadata( $id, wp_get_attachment_metadata( $id ) );
	}

	/** The first of the requests in which WordPress 7.1's editor uploads; the request ends with it. */
	private function begin(): int {
		$id = wp_insert_attachment( [ 'post_mime_type' => 'image/jpeg', 'post_title' => 'hat', 'post_status' => 'inherit' ], wp_upload_dir()['path'] . '/hat.jpg' );
		$this->draw( $this->file( $id ), 800, 600, 1 );
		$request = new WP_REST_Request( 'POST', '/wp/v2/media' );
		$request->set_attributes( [ 'args' => [ 'generate_sub_sizes' => [] ] ] );
		$request->set_query_params( [ 'generate_sub_sizes' => false ] );
		do_action( 'rest_after_insert_attachment', get_post( $id ), $request, true );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $this->file( $id ) ) );
		freshet()->watcher->act();
		$begun = new ReflectionProperty( Freshet_Watcher::class, 'begun' );
		if ( PHP_VERSION_ID < 80100 ) {
			$begun->setAccessible( true );
		}
		$begun->setValue( freshet()->watcher, [] );
		return $id;
	}

	private function edit( int $id, string $history ): void {
		$_REQUEST['target']  = 'all';
		$_REQUEST['history'] = $history;
		$_REQUEST['context'] = '';
		$_REQUEST['do']      = 'save';
		$result              = wp_save_image( $id );
		$this->assertFalse( isset( $result->error ), 'The editor could not save.' );
	}

	/** @return string[] */
	private function files_on_disk( int $id ): array {
		return array_filter( glob( dirname( $this->file( $id ) ) . '/*' ), 'is_file' );
	}
}
