<?php

/** What reaches visitors without being a page. */
final class OutletsTest extends Freshet_Case {
	private int $id;
	private string $url;
	private int $post;

	protected function setUp(): void {
		parent::setUp();
		$this->id   = $this->upload( 'hat.jpg', 600, 400 );
		$this->url  = freshet()->uploads->url_of( $this->path( $this->id ) );
		$this->post = wp_insert_post( [ 'post_title' => 'Hat', 'post_status' => 'publish', 'post_content' => "<img src=\"{$this->url}\" class=\"wp-image-{$this->id}\">" ] );
	}

	protected function tearDown(): void {
		wp_delete_post( $this->post, true );
		wp_set_current_user( 1 );
		unset( $_GET['wc-ajax'] );
		remove_all_filters( 'rest_prepare_attachment' );
		remove_all_filters( 'rest_prepare_post' );
		$GLOBALS['wp_rest_server'] = null;
	}

	public function test_feeds_where_the_owner_wants_that(): void {
		$this->assertStringNotContainsString( self::ENDPOINT, apply_filters( 'the_content_feed', "<img src=\"{$this->url}\">", 'rss2' ), 'This is no feed.' );
		$GLOBALS['wp_query']->is_feed = true;
		$this->assertStringContainsString( self::ENDPOINT . "/v7/{$this->url}?vh=c", apply_filters( 'the_content_feed', "<img src=\"{$this->url}\">", 'rss2' ) );
		$this->choose( [ 'feeds' => false ] );
		$this->assertStringNotContainsString( self::ENDPOINT, apply_filters( 'the_content_feed', "<img src=\"{$this->url}\">", 'rss2' ) );
		$GLOBALS['wp_query']->is_feed = false;
	}

	public function test_the_rest_api_names_originals_until_the_owner_says_otherwise(): void {
		wp_set_current_user( 0 );
		$this->assertStringNotContainsString( self::ENDPOINT, $this->ask( '/wp/v2/posts/' . $this->post ) . $this->ask( "/wp/v2/media/{$this->id}" ) );
		$this->choose( [ 'rest' => true ] );
		foreach ( [ '/wp/v2/posts/' . $this->post, "/wp/v2/media/{$this->id}" ] as $route ) {
			foreach ( [ 'view', 'embed' ] as $context ) {
				$expected = 'embed' === $context && false !== strpos( $route, 'posts' ) ? '"id"' : self::ENDPOINT . "/v7/{$this->url}?vh=c";
				$this->assertStringContainsString( $expected, $this->ask( $route, $context ), "$route $context" );
			}
		}
		$this->assertMatchesRegularExpression( '~"medium":\{[^}]*"source_url":"' . preg_quote( self::ENDPOINT, '~' ) . '~', $this->ask( "/wp/v2/media/{$this->id}" ) );
	}

	public function test_the_rest_api_never_shows_delivery_urls_to_who_may_save_them(): void {
		$this->choose( [ 'rest' => true ] );
		foreach ( [ 'view', 'edit', 'embed' ] as $context ) {
			$this->assertStringNotContainsString( self::ENDPOINT, $this->ask( '/wp/v2/posts/' . $this->post, $context ) . $this->ask( "/wp/v2/media/{$this->id}", $context ) );
		}
		$this->assertStringNotContainsString( self::ENDPOINT, get_post( $this->post )->post_content );
	}

	public function test_variations_that_a_shop_s_script_asks_for(): void {
		$variation = [ 'variation_id' => 3, 'image' => [ 'title' => $this->url, 'src' => $this->url, 'srcset' => "{$this->url} 600w", 'full_src' => $this->url, 'full_src_w' => 600, 'thumb_src' => 'x.jpg' ], 'price_html' => '&pound;3' ];
		$this->assertSame( $variation, apply_filters( 'woocommerce_available_variation', $variation ), 'Pages are rewritten as a whole.' );
		$_GET['wc-ajax'] = 'get_variation';
		$new             = apply_filters( 'woocommerce_available_variation', $variation );
		$delivery        = self::ENDPOINT . "/v7/{$this->url}?vh=" . $this->version( $this->file( $this->id ) );
		$this->assertSame( [ $delivery, "$delivery 600w", $delivery ], [ $new['image']['src'], $new['image']['srcset'], $new['image']['full_src'] ] );
		$this->assertSame( [ $this->url, 600, 'x.jpg', '&pound;3' ], [ $new['image']['title'], $new['image']['full_src_w'], $new['image']['thumb_src'], $new['price_html'] ] );
		$this->assertSame( $new, apply_filters( 'woocommerce_available_variation', $new ) );
	}

	public function test_variations_that_stand_in_a_page_keep_what_else_they_say(): void {
		$variations = [ [ 'image' => [ 'src' => $this->url, 'srcset' => "{$this->url} 600w", 'caption' => "It's <b>\"5\u{2033}\"</b> &amp; more" ], 'price_html' => '<b>&pound;3 &quot;net&quot;</b>', 'weight' => 1.50 ] ];
		$html       = '<form class="variations_form" data-product_variations="' . htmlspecialchars( wp_json_encode( $variations ), ENT_QUOTES ) . '" data-x="&amp;quot;">';
		$page       = freshet()->rewriter->rewrite( $html );
		$tags       = new WP_HTML_Tag_Processor( $page );
		$tags->next_tag();
		$delivery = self::ENDPOINT . "/v7/{$this->url}?vh=" . $this->version( $this->file( $this->id ) );
		$expected = $variations;
		$expected[0]['image']['src']    = $delivery;
		$expected[0]['image']['srcset'] = "$delivery 600w";
		$this->assertSame( $expected, json_decode( $tags->get_attribute( 'data-product_variations' ), true ) );
		$this->assertSame( '&quot;', $tags->get_attribute( 'data-x' ) );
		$this->assertSame( $page, freshet()->rewriter->rewrite( $page ) );
	}

	private function choose( array $settings ): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT ] + $settings );
	}

	private function ask( string $route, string $context = 'view' ): string {
		$GLOBALS['wp_rest_server'] = null;
		$request                   = new WP_REST_Request( 'GET', $route );
		$request->set_param( 'context', $context );
		return wp_json_encode( rest_do_request( $request )->get_data(), JSON_UNESCAPED_SLASHES );
	}
}
