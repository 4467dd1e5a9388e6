<?php

/** Other plugins that change the addresses of attachments, before a page is finished. */
final class ConflictsTest extends Freshet_Case {
	private int $id;
	private string $url;

	protected function setUp(): void {
		parent::setUp();
		$this->id  = $this->upload( 'hat.jpg', 400, 300 );
		$this->url = freshet()->uploads->url_of( $this->path( $this->id ) );
	}

	/** @dataProvider filters */
	public function test_the_original_is_found_again( callable $filter, bool $is_rewritten ): void {
		foreach ( [ 'wp_get_attachment_url', 'wp_get_attachment_image_src' ] as $hook ) {
			$apply = static function ( $value ) use ( $filter ) {
				return is_array( $value ) ? [ $filter( $value[0] ) ] + $value : $filter( $value );
			};
			add_filter( $hook, $apply );
			$html = wp_get_attachment_image( $this->id, 'full' );
			$page = freshet()->rewriter->rewrite( $html );
			remove_filter( $hook, $apply );
			$this->assertSame( $is_rewritten, 1 === preg_match( '~ src="' . preg_quote( self::ENDPOINT, '~' ) . '/v7/~', $page ), $page );
			$this->assertSame( $page, freshet()->rewriter->rewrite( $page ) );
		}
	}

	public function filters(): array {
		return [
			'nothing'          => [ 'strval', true ],
			'a version'        => [ static function ( $url ) {
				return "$url?ver=3&x=1";
			}, true ],
			'relative'         => [ 'wp_make_link_relative', true ],
			'without scheme'   => [ static function ( $url ) {
				return preg_replace( '~^https?:~', '', $url );
			}, true ],
			'https'            => [ static function ( $url ) {
				return set_url_scheme( $url, 'https' );
			}, true ],
			'another CDN'      => [ static function ( $url ) {
				return preg_replace( '~^https?://[^/]+~', 'https://other-cdn.example', $url );
			}, false ],
			'a proxy of images' => [ static function ( $url ) {
				return 'https://i0.proxy.example/' . preg_replace( '~^https?://~', '', $url ) . '?w=300';
			}, false ],
			'Freshet itself'   => [ static function ( $url ) {
				return Freshet_Case::ENDPOINT . "/v7/$url?w=100";
			}, true ],
		];
	}

	public function test_events_do_not_name_what_other_plugins_make_of_an_address(): void {
		add_filter( 'wp_get_attachment_url', [ $this, 'elsewhere' ] );
		$head   = $this->head();
		$id     = $this->attach( 'cap.jpg', 40, 30, 5 );
		$events = $this->events( $head );
		remove_filter( 'wp_get_attachment_url', [ $this, 'elsewhere' ] );
		$this->assertArrayHasKey( freshet()->uploads->url_of( $this->path( $id ) ), $this->told( $events[0] ) );
	}

	public function elsewhere(): string {
		return 'https://other-cdn.example/x.jpg?y';
	}
}
