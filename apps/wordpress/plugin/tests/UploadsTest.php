<?php

final class UploadsTest extends Freshet_Case {
	/** @dataProvider spellings */
	public function test_finds_the_file_a_url_means( string $url, ?string $path ): void {
		$host  = wp_parse_url( home_url(), PHP_URL_HOST ) . ':' . wp_parse_url( home_url(), PHP_URL_PORT );
		$place = freshet()->uploads->locate( str_replace( 'SITE', $host, $url ) );
		$this->assertSame( $path, $place['path'] ?? null );
	}

	public function spellings(): array {
		return [
			'absolute'           => [ 'http://SITE/wp-content/uploads/2026/11/hat.jpg', '2026/11/hat.jpg' ],
			'over TLS'           => [ 'https://SITE/wp-content/uploads/hat.jpg', 'hat.jpg' ],
			'without scheme'     => [ '//SITE/wp-content/uploads/hat.jpg', 'hat.jpg' ],
			'without host'       => [ '/wp-content/uploads/hat.jpg', 'hat.jpg' ],
			'white space around' => [ " /wp-content/uploads/hat.jpg\n", 'hat.jpg' ],
			'escapes'            => [ '/wp-content/uploads/gr%C3%B6%C3%9Fe%201.jpg', 'größe 1.jpg' ],
			'not escaped'        => [ '/wp-content/uploads/größe.jpg', 'größe.jpg' ],
			'query and fragment' => [ '/wp-content/uploads/hat.jpg?ver=2#left', 'hat.jpg' ],
			'capital ending'     => [ '/wp-content/uploads/HAT.JPG', 'HAT.JPG' ],
			'a host in capitals' => [ 'HTTP://SITE/wp-content/uploads/hat.jpg', 'hat.jpg' ],
			'another host'       => [ 'http://other.example/wp-content/uploads/hat.jpg', null ],
			'another port'       => [ 'http://127.0.0.1:1/wp-content/uploads/hat.jpg', null ],
			'another folder'     => [ '/wp-content/themes/x/hat.jpg', null ],
			'SVG'                => [ '/wp-content/uploads/hat.svg', 'hat.svg' ],
			'a document'         => [ '/wp-content/uploads/hat.pdf', null ],
			'no ending'          => [ '/wp-content/uploads/hat', null ],
			'climbing out'       => [ '/wp-content/uploads/../../hat.jpg', null ],
			'climbing, escaped'  => [ '/wp-content/uploads/%2e%2e/%2e%2e/hat.jpg', null ],
			'backslashes'        => [ '/wp-content/uploads/..%5C..%5Chat.jpg', null ],
			'a zero byte'        => [ '/wp-content/uploads/hat.php%00.jpg', null ],
			'not UTF-8'          => [ "/wp-content/uploads/hat%FF.jpg", null ],
			'data'               => [ 'data:image/png;base64,AAAA', null ],
			'relative'           => [ 'hat.jpg', null ],
			'already delivered'  => [ 'https://img.example.com/v7/http://SITE/wp-content/uploads/hat.jpg?vh=c1', null ],
		];
	}

	public function test_writes_urls_as_browsers_send_them(): void {
		$base = freshet()->uploads->base_url();
		$this->assertSame( "$base/gr%C3%B6%C3%9Fe%201%2525(2)@2x.jpg", freshet()->uploads->url_of( 'größe 1%25(2)@2x.jpg' ) );
	}

	public function test_lists_every_file_of_an_attachment(): void {
		$id    = $this->upload( 'big.jpg', 2800, 400 );
		$paths = freshet()->uploads->paths_of_attachment( $id );
		$names = array_map( 'wp_basename', $paths );
		$this->assertContains( 'big-scaled.jpg', $names );
		$this->assertContains( 'big.jpg', $names );
		$this->assertContains( 'big-150x150.jpg', $names );
		$this->assertCount( count( wp_get_attachment_metadata( $id )['sizes'] ) + 2, $paths );
		foreach ( $paths as $path ) {
			$this->assertFileExists( freshet()->uploads->file_of( $path ) );
			$this->assertSame( [ $path => $id ], freshet()->uploads->attachments_of( [ $path ] ) );
		}
	}

	public function test_lets_other_tools_name_files_and_keeps_them_inside(): void {
		$id  = $this->upload();
		$add = static function ( array $paths ): array {
			return array_merge( $paths, [ '2026/11/hat.jpg.webp', '../../secret.jpg', 7 ] );
		};
		add_filter( 'freshet_attachment_paths', $add );
		$paths = freshet()->uploads->paths_of_attachment( $id );
		remove_filter( 'freshet_attachment_paths', $add );
		$this->assertContains( '2026/11/hat.jpg.webp', $paths );
		$this->assertNotContains( '../../secret.jpg', $paths );
		$this->assertNotContains( 7, $paths );
	}
}
