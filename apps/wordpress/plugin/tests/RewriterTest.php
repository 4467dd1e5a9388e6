<?php

final class RewriterTest extends Freshet_Case {
	private string $url;
	private string $delivery;

	protected function setUp(): void {
		parent::setUp();
		$id             = $this->upload( 'hat.jpg' );
		$this->url      = freshet()->uploads->url_of( $this->path( $id ) );
		$this->delivery = self::ENDPOINT . "/v7/{$this->url}?vh=" . $this->version( $this->file( $id ) );
	}

	public function test_reaches_every_place_and_nothing_else(): void {
		$thumb = str_replace( '.jpg', '-150x150.jpg', $this->url );
		$fill  = [
			'{url}'            => $this->url,
			'{delivery}'       => $this->delivery,
			'{thumb}'          => $thumb,
			'{thumb-delivery}' => self::ENDPOINT . "/v7/$thumb?vh=" . $this->version( str_replace( freshet()->uploads->base_url(), wp_get_upload_dir()['basedir'], $thumb ) ),
			'{odd}'            => str_replace( '/hat', '&#x2F;%68at', wp_parse_url( $this->url, PHP_URL_PATH ) ),
			'{path}'           => wp_parse_url( $this->url, PHP_URL_PATH ),
		];
		foreach ( $this->places() as $name => list( $html, $expected ) ) {
			$page = freshet()->rewriter->rewrite( strtr( $html, $fill ) );
			$this->assertSame( strtr( $expected, $fill ), $page, $name );
			$this->assertSame( $page, freshet()->rewriter->rewrite( $page ), "A second pass changes nothing: $name" );
		}
	}

	private function places(): array {
		$same = static function ( string $html ): array {
			return [ $html, $html ];
		};
		return [
			'src'                 => [ '<img src="{url}" alt="x">', '<img src="{delivery}" alt="x">' ],
			'single quotes'       => [ "<img src='{url}'>", "<img src='{delivery}'>" ],
			'no quotes'           => [ '<img src={url}>', '<img src="{delivery}">' ],
			'path only'           => [ '<IMG SRC="{path}" ALT=x>', '<IMG SRC="{delivery}" ALT=x>' ],
			'srcset'              => [ '<img srcset="{url} 800w, {thumb} 150w">', '<img srcset="{delivery} 800w, {thumb-delivery} 150w">' ],
			'srcset, odd spacing' => [ "<img srcset=\" {url}\t2x ,\n{thumb},https://other.example/a,b.jpg 1x,\">", "<img srcset=\" {delivery}\t2x ,\n{thumb},https://other.example/a,b.jpg 1x,\">" ],
			'source'              => [ '<picture><source srcset="{thumb} 150w"><img src="{url}"></picture>', '<picture><source srcset="{thumb-delivery} 150w"><img src="{delivery}"></picture>' ],
			'lazy'                => [ '<img data-src="{url}" data-srcset="{thumb} 1x">', '<img data-src="{delivery}" data-srcset="{thumb-delivery} 1x">' ],
			'shop gallery'        => [ '<div data-thumb="{thumb}"><img src="{url}" data-large_image="{url}"></div>', '<div data-thumb="{thumb-delivery}"><img src="{delivery}" data-large_image="{delivery}"></div>' ],
			'poster'              => [ '<video poster="{url}" src="{path}.mp4"></video>', '<video poster="{delivery}" src="{path}.mp4"></video>' ],
			'background'          => [ '<div style="color:red;background-image:url({url});margin:0">', '<div style="color:red;background-image:url({delivery});margin:0">' ],
			'background, quoted'  => [ '<div style="background:url( \'{url}\' ) , url(&quot;{thumb}&quot;)">', '<div style="background:url( \'{delivery}\' ) , url(&quot;{thumb-delivery}&quot;)">' ],
			'icon'                => [ '<link rel="icon" href="{thumb}" sizes="32x32">', '<link rel="icon" href="{thumb-delivery}" sizes="32x32">' ],
			'preload'             => [ '<link rel=preload as=image href="{url}" imagesrcset="{url} 800w">', '<link rel=preload as=image href="{delivery}" imagesrcset="{delivery} 800w">' ],
			'inside noscript'     => [ '<noscript><img src="{url}"></noscript>', '<noscript><img src="{delivery}"></noscript>' ],
			'a strange spelling'  => [ '<img src="{path}">'."\n".'<img src="/wp-content/uploads/2026/%31%31/../11/x.jpg"><img src="{odd}">', '<img src="{delivery}">'."\n".'<img src="/wp-content/uploads/2026/%31%31/../11/x.jpg"><img src="{delivery}">' ],
			'fragment'            => [ '<img src="{url}#left">', '<img src="{delivery}#left">' ],
			'canonical link'      => $same( '<link rel="canonical" href="{url}">' ),
			'link to the file'    => [ '<a href="{url}" class="x">x</a><a href="{path}.zip">x</a>', '<a href="{delivery}" class="x">x</a><a href="{path}.zip">x</a>' ],
			'skipped block'       => [ '<div><figure class="wp-block-image no-freshet"><figure><img src="{url}"></figure><img src="{url}"></figure><img src="{url}"></div>', '<div><figure class="wp-block-image no-freshet"><figure><img src="{url}"></figure><img src="{url}"></figure><img src="{delivery}"></div>' ],
			'skipped paragraph'   => [ '<p class="no-freshet"><p><img src="{url}">', '<p class="no-freshet"><p><img src="{delivery}">' ],
			'class named alike'   => [ '<img class="no-freshetter" src="{url}">', '<img class="no-freshetter" src="{delivery}">' ],
			'drawing'             => [ '<svg><image href="{url}" /><image xlink:href="{url}"/></svg>', '<svg><image href="{delivery}" /><image xlink:href="{delivery}"/></svg>' ],
			'lazy background'     => [ '<div data-bg="{url}" data-background-image="url({thumb})" data-bg="none">', '<div data-bg="{delivery}" data-background-image="url({thumb-delivery})" data-bg="none">' ],
			'lazy, on any tag'    => [ '<span data-src="{url}" data-srcset="{thumb} 1x"></span>', '<span data-src="{delivery}" data-srcset="{thumb-delivery} 1x"></span>' ],
			'carousel'            => [ '<img src="data:," data-orig-file="{url}" data-large-file="{url}" data-title="{url}">', '<img src="data:," data-orig-file="{delivery}" data-large-file="{delivery}" data-title="{url}">' ],
			'skip class'          => $same( '<img class="a no-freshet b" src="{url}">' ),
			'skipped picture'     => [ '<picture class="no-freshet"><source srcset="{url}"><img src="{url}"></picture><img src="{url}">', '<picture class="no-freshet"><source srcset="{url}"><img src="{url}"></picture><img src="{delivery}">' ],
			'script'              => $same( '<script>var a = \'<img src="{url}">\';</script>' ),
			'style, commented'    => $same( '<style>/* url({url}) */ .a{content:"url({url})"} @import url({path}.css);</style>' ),
			'style, unfinished'   => $same( '<style>.a{background:url({url})' ),
			'comment'             => $same( '<!-- <img src="{url}"> -->' ),
			'text'                => $same( '<p>&lt;img src="{url}"&gt; {url}</p>' ),
			'textarea'            => $same( '<textarea><img src="{url}"></textarea>' ),
			'another site'        => $same( '<img src="https://other.example/wp-content/uploads/hat.jpg">' ),
			'no such file'        => $same( '<img src="{path}.none.jpg">' ),
			'broken markup'       => [ '<p <b title=">"><img alt=\'"\' src="{url}"<i></p attr><img src=', '<p <b title=">"><img alt=\'"\' src="{delivery}"<i></p attr><img src=' ],
			'odd bytes around'    => [ "\xEF\xBB\xBF<p>\xFF\x00&amp;&nosuch;</p><img src=\"{url}\">\r\n", "\xEF\xBB\xBF<p>\xFF\x00&amp;&nosuch;</p><img src=\"{delivery}\">\r\n" ],
		];
	}

	public function test_reaches_style_sheets_in_the_page(): void {
		$page = '<style>.a{background:url("%1$s")} /* > */ .b::after{content:"</b>"}</style><img src="%1$s">';
		$this->assertSame( sprintf( $page, $this->delivery ), freshet()->rewriter->rewrite( sprintf( $page, $this->url ) ) );
	}

	public function test_leaves_formats_alone_that_are_switched_off(): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'formats' => [ 'png', 'svg' ] ] );
		$png = freshet()->uploads->url_of( $this->path( $this->upload( 'cap.png', 40, 30 ) ) );
		file_put_contents( wp_get_upload_dir()['path'] . '/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>' );
		$svg  = wp_get_upload_dir()['url'] . '/logo.svg';
		$page = freshet()->rewriter->rewrite( "<img src=\"{$this->url}\"><img src=\"$png\"><img src=\"$svg\">" );
		$this->assertStringContainsString( "<img src=\"{$this->url}\">", $page );
		$this->assertStringContainsString( self::ENDPOINT . "/v7/$png?vh=c", $page );
		$this->assertStringContainsString( self::ENDPOINT . "/v7/$svg?vh=c", $page );
	}

	public function test_leaves_links_alone_where_the_owner_wants_that(): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT, 'links' => false ] );
		$html = "<a href=\"{$this->url}\">x</a>";
		$this->assertSame( $html, freshet()->rewriter->rewrite( $html ) );
	}

	public function test_keeps_the_query_of_the_original_as_data(): void {
		$page = freshet()->rewriter->rewrite( "<img src=\"{$this->url}?ver=2&amp;x=1\">" );
		$this->assertMatchesRegularExpression( '~/v7/' . preg_quote( rawurlencode( "{$this->url}?ver=2&x=1" ), '~' ) . '\?ci_url_encoded=1&amp;vh=c[0-9a-f]{12}">$~', $page );
	}

	public function test_asks_the_database_once_for_a_page(): void {
		global $wpdb;
		$html = '';
		for ( $i = 1; $i <= 12; $i++ ) {
			$html .= '<img src="' . freshet()->uploads->url_of( $this->path( $this->upload( "n$i.jpg", 40, 30, $i ) ) ) . '">';
		}
		$this->age();
		$before = $wpdb->num_queries;
		$page   = freshet()->rewriter->rewrite( $html );
		$this->assertSame( 12, substr_count( $page, '?vh=c' ) );
		$this->assertSame( 1, $wpdb->num_queries - $before );
	}

	public function test_asks_the_database_once_for_sizes_and_for_what_shops_write_as_json(): void {
		global $wpdb;
		$html = '';
		for ( $i = 1; $i <= 6; $i++ ) {
			$url   = freshet()->uploads->url_of( $this->path( $this->upload( "s$i.jpg", 800, 600, $i ) ) );
			$sized = str_replace( '.jpg', '-300x225.jpg', $url );
			$html .= "<img srcset=\"$sized 300w, $url 800w\">" . '<form data-product_variations="' . esc_attr( wp_json_encode( [ [ 'image' => [ 'thumb_src' => $sized, 'src' => str_replace( '.jpg', '-768x576.jpg', $url ) ] ] ] ) ) . '">';
		}
		$this->age();
		$before = $wpdb->num_queries;
		$page   = freshet()->rewriter->rewrite( $html );
		$this->assertSame( 6 * 3, preg_match_all( '~\?w=(?:300|768)&(?:amp;|#038;)?vh=c~', str_replace( '\\/', '/', $page ) ) );
		$this->assertSame( 1, $wpdb->num_queries - $before );
	}

	public function test_takes_the_cheap_way_out_of_a_page_without_uploads(): void {
		global $wpdb;
		$before = $wpdb->num_queries;
		$html   = '<img src="https://other.example/a.jpg">';
		$this->assertSame( $html, freshet()->rewriter->rewrite( $html ) );
		$this->assertSame( 0, $wpdb->num_queries - $before );
	}

	public function test_hands_back_the_page_when_something_breaks(): void {
		$break = static function () {
			throw new RuntimeException( 'broken' );
		};
		add_filter( 'query', $break );
		$html = "<img src=\"{$this->url}\">";
		$log  = ini_set( 'error_log', '/dev/null' );
		try {
			$this->assertSame( $html, freshet()->rewriter->rewrite( $html ) );
		} finally {
			ini_set( 'error_log', $log );
			remove_filter( 'query', $break );
		}
	}

	/** Lets the rows grow older than the moment in which a hash proves nothing. */
	private function age(): void {
		global $wpdb;
		$wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = hashed_at + 10" );
	}
}
