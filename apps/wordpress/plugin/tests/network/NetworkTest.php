<?php

/**
 * A network of blogs: each has its own tables, events and schedule, and nothing of one ends up at another.
 */
final class NetworkTest extends Freshet_Case {
	/** @var int[] Making a blog takes a second: the tests share two. */
	private array $blogs = [];

	protected function setUp(): void {
		if ( ! is_multisite() ) {
			throw new LogicException( 'These tests need a network.' );
		}
		parent::setUp();
		activate_plugin( 'freshet/freshet.php', '', true );
		$this->blogs = [ $this->blog( 'one' ), $this->blog( 'two' ) ];
		foreach ( $this->blogs as $blog ) {
			Freshet_Blogs::in( $blog, fn() => parent::setUp() );
		}
	}

	public function test_a_new_blog_has_tables_secret_and_schedule_of_its_own(): void {
		global $wpdb;
		$secrets = [ freshet()->settings->secret() ];
		foreach ( $this->blogs as $blog ) {
			$this->assertCount( 2, $this->tables( $blog ) );
			$secrets[] = Freshet_Blogs::in( $blog, [ freshet()->settings, 'secret' ] );
			$this->assertNotFalse( Freshet_Blogs::in( $blog, static fn() => wp_next_scheduled( Freshet_Plugin::CRON ) ) );
		}
		$this->assertCount( 3, array_unique( array_filter( $secrets ) ) );
		$this->assertSame( $wpdb->get_blog_prefix( get_main_site_id() ), $wpdb->prefix, 'Back where it was.' );
	}

	public function test_a_change_on_another_blog_is_that_blogs_event(): void {
		[ $one, $two ] = $this->blogs;
		$main          = $this->attach( 'hat.jpg', 800, 600, 1 );
		$id            = Freshet_Blogs::in( $one, fn() => $this->attach( 'hat.jpg', 800, 600, 2 ) );
		$this->end_request();
		$this->assertSame( [ $main ], $this->attachments( get_current_blog_id() ) );
		$this->assertSame( [ $id ], $this->attachments( $one ) );
		$this->assertSame( [], $this->attachments( $two ) );
		$event = Freshet_Blogs::in( $one, static fn() => freshet()->outbox->after( 0, 1 )[0] );
		$this->assertStringContainsString( "/sites/$one/", $event['files'][0]['url'] );
		$this->assertStringContainsString( '/one/wp-admin/', $event['attachment']['link'] );
		$this->assertSame( hash_file( 'sha256', Freshet_Blogs::in( $one, fn() => $this->file( $id ) ) ), array_column( $event['files'], 'sha256', 'url' )[ Freshet_Blogs::in( $one, fn() => freshet()->uploads->url_of( $this->path( $id ) ) ) ] );
	}

	public function test_attachments_of_the_same_number_are_not_mixed_up(): void {
		[ $one, $two ] = $this->blogs;
		$ids           = [];
		$newest        = static fn(): int => wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'draft' ] );
		for ( $a = Freshet_Blogs::in( $one, $newest ), $b = Freshet_Blogs::in( $two, $newest ); $a !== $b; ) {
			$a < $b ? $a = Freshet_Blogs::in( $one, $newest ) : $b = Freshet_Blogs::in( $two, $newest );
		}
		foreach ( [ $one => 1, $two => 2 ] as $blog => $seed ) {
			$ids[ $blog ] = Freshet_Blogs::in( $blog, fn() => $this->attach( 'hat.jpg', 300, 200, $seed ) );
		}
		$this->assertSame( $ids[ $one ], $ids[ $two ] );
		$this->end_request();
		foreach ( $this->blogs as $blog ) {
			$this->assertSame( [ $ids[ $blog ] ], $this->attachments( $blog ) );
		}
	}

	public function test_files_overwritten_on_another_blog_are_told_there(): void {
		[ $one ] = $this->blogs;
		$id      = Freshet_Blogs::in( $one, fn() => $this->attach( 'hat.jpg', 300, 200, 1 ) );
		$this->end_request();
		Freshet_Blogs::in(
			$one,
			function () use ( $id ): void {
				$this->draw( $this->file( $id ), 300, 200, 5 );
				freshet()->files->look( [ $this->path( $id ) ], 'stat' );
			}
		);
		$this->end_request();
		$reasons = Freshet_Blogs::in( $one, static fn() => array_column( freshet()->outbox->after( 0, 10 ), 'reason' ) );
		$this->assertSame( [ 'hook', 'stat' ], $reasons );
		$this->assertSame( 0, $this->head() );
	}

	public function test_each_blog_pushes_its_own_events_under_its_own_name_and_secret(): void {
		$sent = [];
		$take = static function ( $unused, array $request ) use ( &$sent ): array {
			$sent[] = $request;
			return [ 'response' => [ 'code' => 200, 'message' => '' ], 'headers' => [], 'body' => '', 'cookies' => [] ];
		};
		add_filter( 'pre_http_request', $take, 10, 2 );
		foreach ( $this->blogs as $blog ) {
			Freshet_Blogs::in(
				$blog,
				function (): void {
					update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'connector' => 'http://127.0.0.1:7070' ] );
					$this->attach( 'hat.jpg', 300, 200, 1 );
				}
			);
		}
		$this->end_request();
		freshet()->push->after_answer();
		remove_filter( 'pre_http_request', $take );
		$sites = array_map( static fn( array $request ): string => json_decode( $request['body'], true )['site'], $sent );
		$this->assertSame( array_map( static fn( int $blog ): string => untrailingslashit( get_home_url( $blog ) ), $this->blogs ), $sites );
		$signatures = array_column( array_column( $sent, 'headers' ), 'webhook-signature' );
		$this->assertCount( 2, array_unique( $signatures ) );
	}

	public function test_a_deleted_blog_takes_its_tables_along_and_no_other(): void {
		$three = $this->blog( 'three' );
		$this->assertCount( 2, $this->tables( $three ) );
		wp_delete_site( $three );
		$this->assertSame( [ 0, 2 ], [ count( $this->tables( $three ) ), count( $this->tables( $this->blogs[0] ) ) ] );
	}

	public function test_deactivation_pauses_every_blog(): void {
		Freshet_Schema::deactivate( true );
		foreach ( $this->blogs as $blog ) {
			$this->assertFalse( Freshet_Blogs::in( $blog, static fn() => wp_next_scheduled( Freshet_Plugin::CRON ) ) );
			$this->assertCount( 2, $this->tables( $blog ) );
		}
		Freshet_Schema::activate( true );
		$this->assertNotFalse( Freshet_Blogs::in( $this->blogs[1], static fn() => wp_next_scheduled( Freshet_Plugin::CRON ) ) );
	}

	/**
	 * @group native
	 * @runInSeparateProcess
	 * @preserveGlobalState disabled
	 */
	public function test_removal_takes_its_own_rows_of_every_blog_and_no_other(): void {
		global $wpdb;
		$rest = static fn(): array => $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name NOT LIKE '%freshet%' AND option_name NOT LIKE '%transient%' AND option_name <> 'cron' ORDER BY option_name" );
		$before = array_map( static fn( int $blog ): array => Freshet_Blogs::in( $blog, $rest ), $this->blogs );
		define( 'WP_UNINSTALL_PLUGIN', 'freshet/freshet.php' );
		require WP_PLUGIN_DIR . '/freshet/uninstall.php';
		foreach ( $this->blogs as $at => $blog ) {
			$this->assertSame( [], $this->tables( $blog ) );
			$this->assertSame( $before[ $at ], Freshet_Blogs::in( $blog, $rest ) );
			$this->assertSame( [], Freshet_Blogs::in( $blog, static fn() => $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE '%freshet%'" ) ) );
		}
		$this->assertSame( [], $this->tables( get_current_blog_id() ) );
		Freshet_Schema::activate( true );
	}

	private function blog( string $name ): int {
		$known = get_sites( [ 'path' => "/$name/", 'fields' => 'ids' ] );
		$blog  = $known ? (int) $known[0] : wp_insert_site( [ 'domain' => get_network()->domain, 'path' => "/$name/", 'network_id' => get_current_network_id(), 'user_id' => 1, 'title' => $name ] );
		$this->assertIsInt( $blog, is_wp_error( $blog ) ? $blog->get_error_message() : '' );
		return $blog;
	}

	/** @return string[] */
	private function tables( int $blog ): array {
		global $wpdb;
		$prefix = $wpdb->get_blog_prefix( $blog );
		return array_values( array_filter( [ "{$prefix}freshet_files", "{$prefix}freshet_outbox" ], static fn( string $table ): bool => $table === $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) ) );
	}

	/** @return int[] Attachments of a blog's events. */
	private function attachments( int $blog ): array {
		return Freshet_Blogs::in( $blog, static fn() => array_column( array_column( freshet()->outbox->after( 0, 100 ), 'attachment' ), 'id' ) );
	}
}
