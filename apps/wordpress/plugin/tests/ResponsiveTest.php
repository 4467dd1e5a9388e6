<?php

final class ResponsiveTest extends Freshet_Case {
	private string $url;
	private string $vh;

	protected function setUp(): void {
		parent::setUp();
		$id        = $this->upload( 'hat.jpg', 1200, 800 );
		$this->url = freshet()->uploads->url_of( $this->path( $id ) );
		$this->vh  = $this->version( $this->file( $id ) );
	}

	public function test_makes_the_sizes_of_the_theme_from_the_full_picture(): void {
		$set = $this->attribute( "<img src=\"{$this->sized( '1024x683' )}\" srcset=\"{$this->sized( '300x200' )} 300w, {$this->sized( '1024x683' )} 1024w, {$this->url} 1200w\" sizes=\"100vw\">", 'srcset' );
		$this->assertSame( "{$this->delivery( 300 )} 300w, {$this->delivery( 1024 )} 1024w, {$this->delivery( 0 )} 1200w", $set );
	}

	public function test_a_crop_keeps_its_own_file_and_so_does_what_has_another_shape(): void {
		$src = $this->attribute( "<img src=\"{$this->sized( '150x150' )}\">", 'src' );
		$this->assertStringStartsWith( self::ENDPOINT . "/v7/{$this->sized( '150x150' )}?vh=c", $src );
	}

	public function test_a_size_that_is_not_there_stays_what_it_was(): void {
		$html = "<img src=\"{$this->sized( '600x400' )}\">";
		$this->assertSame( $html, freshet()->rewriter->rewrite( $html ) );
	}

	public function test_takes_the_scaled_picture_and_not_the_upload_that_it_was_made_from(): void {
		$id   = $this->upload( 'big.jpg', 3000, 2000 );
		$full = freshet()->uploads->url_of( $this->path( $id ) );
		$this->assertStringEndsWith( 'big-scaled.jpg', $full );
		$src = $this->attribute( '<img src="' . str_replace( '-scaled', '-1024x683', $full ) . '">', 'src' );
		$this->assertSame( self::ENDPOINT . "/v7/$full?w=1024&vh={$this->version( $this->file( $id ) )}", $src );
	}

	public function test_hands_every_file_out_as_it_is_where_the_owner_wants_that(): void {
		$this->choose( [ 'responsive' => 'off' ] );
		$this->assertStringContainsString( "/v7/{$this->sized( '300x200' )}?vh=c", $this->attribute( "<img src=\"{$this->sized( '300x200' )}\">", 'src' ) );
	}

	public function test_an_overwritten_full_picture_of_another_shape_gives_up_the_cut(): void {
		$this->draw( str_replace( freshet()->uploads->base_url(), wp_get_upload_dir()['basedir'], $this->url ), 800, 800, 3 );
		$this->assertStringContainsString( "/v7/{$this->sized( '300x200' )}?vh=c", $this->attribute( "<img src=\"{$this->sized( '300x200' )}\">", 'src' ) );
	}

	public function test_offers_the_widths_of_the_ladder_instead(): void {
		$this->choose( [ 'responsive' => 'ladder', 'widths' => [ 320, 640, 1600 ] ] );
		$expected = "{$this->delivery( 320 )} 320w, {$this->delivery( 640 )} 640w, {$this->delivery( 0 )} 1200w";
		$page     = "<img src=\"{$this->sized( '1024x683' )}\" srcset=\"{$this->sized( '300x200' )} 300w, {$this->url} 1200w\" sizes=\"50vw\" loading=\"lazy\" fetchpriority=\"low\" width=\"1024\" height=\"683\">";
		$this->assertSame( $expected, $this->attribute( $page, 'srcset' ) );
		$this->assertSame( $this->delivery( 1024 ), $this->attribute( $page, 'src' ) );
		$this->assertStringEndsWith( ' sizes="50vw" loading="lazy" fetchpriority="low" width="1024" height="683">', freshet()->rewriter->rewrite( $page ) );
		$this->assertSame( $expected, $this->attribute( "<link rel=\"preload\" as=\"image\" imagesrcset=\"{$this->sized( '300x200' )} 300w\">", 'imagesrcset' ) );
	}

	public function test_gives_the_ladder_to_pictures_that_say_how_wide_they_are(): void {
		$this->choose( [ 'responsive' => 'ladder', 'widths' => [ 320, 640, 1600 ] ] );
		$set  = "{$this->delivery( 320 )} 320w, {$this->delivery( 640 )} 640w, {$this->delivery( 0 )} 1200w";
		$page = "<img src=\"{$this->url}\" width=\"600\" loading=\"lazy\">";
		$this->assertSame( $set, $this->attribute( $page, 'srcset' ) );
		$this->assertSame( 'auto, (max-width: 600px) 100vw, 600px', $this->attribute( $page, 'sizes' ) );
		$once = freshet()->rewriter->rewrite( $page );
		$this->assertSame( $once, freshet()->rewriter->rewrite( $once ) );
		foreach ( [ '<img src="%s">', '<img src="%s" width="100%%">', '<picture><img src="%s" width="600"></picture>' ] as $page ) {
			$this->assertStringNotContainsString( 'srcset', freshet()->rewriter->rewrite( sprintf( $page, $this->url ) ) );
		}
	}

	public function test_keeps_lists_that_the_ladder_would_spoil(): void {
		$this->choose( [ 'responsive' => 'ladder' ] );
		$other = freshet()->uploads->url_of( $this->path( $this->upload( 'cap.jpg', 600, 400, 2 ) ) );
		foreach ( [ "{$this->sized( '300x200' )} 1x, {$this->url} 2x", "{$this->url} 1200w, $other 600w", "{$this->sized( '150x150' )} 150w, {$this->url} 1200w" ] as $set ) {
			$this->assertSame( substr_count( $set, ',' ), substr_count( $this->attribute( "<img srcset=\"$set\">", 'srcset' ), ', ' ) );
		}
	}

	private function choose( array $settings ): void {
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT ] + $settings );
	}

	private function sized( string $size ): string {
		return str_replace( '.jpg', "-$size.jpg", $this->url );
	}

	private function delivery( int $width ): string {
		return self::ENDPOINT . "/v7/{$this->url}?" . ( $width ? "w=$width&" : '' ) . "vh={$this->vh}";
	}

	private function attribute( string $html, string $name ): string {
		$tags = new WP_HTML_Tag_Processor( freshet()->rewriter->rewrite( $html ) );
		$tags->next_tag();
		return str_replace( '&#038;', '&', (string) $tags->get_attribute( $name ) );
	}
}
