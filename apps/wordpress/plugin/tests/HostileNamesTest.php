<?php

/** Names that files may have, and what they must not do to a page. */
final class HostileNamesTest extends Freshet_Case {
	const NAMES = [ 'a b.jpg', 'größe.jpg', '帽子.jpg', 'a\'b.jpg', 'a"b.jpg', 'a"><script>alert(1)</script>.jpg', "a' onerror='alert(1).jpg", 'a%41.jpg', 'a%.jpg', '100%25.jpg', 'a#b.jpg', 'a?b=c.jpg', 'a&amp;b.jpg', 'a&copy=1.jpg', 'a(1).jpg', 'a,b 2x.jpg', 'a;b{c}.jpg', '$&`|~.jpg', '-300x200.jpg', 'a-300x200.jpg', '..jpg', '%2e%2e.jpg', '%0Aa.jpg', '\\a.jpg', "\xFFa.jpg", "a\nb.jpg", "a\x7F.jpg" ];

	protected function tearDown(): void {
		array_map( 'unlink', array_filter( (array) glob( wp_get_upload_dir()['basedir'] . '/names/*' ), 'is_file' ) );
		@rmdir( wp_get_upload_dir()['basedir'] . '/names' );
	}

	public function test_no_name_gets_out_of_its_attribute_and_every_delivery_url_means_its_file(): void {
		$folder = wp_get_upload_dir()['basedir'] . '/names';
		wp_mkdir_p( $folder );
		$reached = 0;
		foreach ( self::NAMES as $name ) {
			$name = str_replace( '/', '', $name ); // "</script>" cannot be in a name.
			if ( false === @file_put_contents( "$folder/$name", 'x' . $name ) ) {
				continue;
			}
			$url  = freshet()->uploads->base_url() . '/names/' . rawurlencode( $name );
			$html = '<p title="before"><img class="x" src="' . $url . '" srcset="' . $url . ' 2x" style="background:url(&quot;' . $url . '&quot;)"><a href="' . $url . '">after</a></p>';
			$page = freshet()->rewriter->rewrite( $html );
			$this->assertSame( $page, freshet()->rewriter->rewrite( $page ), $name );
			$this->assertSame( [ 'P title', 'IMG class src srcset style', 'A href' ], $this->shape( $page ), $name );
			$tags = new WP_HTML_Tag_Processor( $page );
			$tags->next_tag( 'img' );
			$src = str_replace( '&#038;', '&', $tags->get_attribute( 'src' ) );
			if ( $src === $url ) {
				$this->assertSame( $html, $page );
				continue;
			}
			++$reached;
			$this->assertMatchesRegularExpression( '~^' . preg_quote( self::ENDPOINT, '~' ) . '/v7/([A-Za-z0-9._\~!$&\'()*+,;=:@/%-]+)\?vh=c[0-9a-f]{12}$~D', $src, $name );
			$this->assertSame( $name, rawurldecode( preg_replace( '~^.*/names/|\?vh=.*$~', '', $src ) ) );
			$this->assertStringEndsWith( 'vh=' . $this->version( "$folder/$name" ), $src );
		}
		$this->assertGreaterThan( 18, $reached );
	}

	/** @return string[] Tags with the names of their attributes. */
	private function shape( string $html ): array {
		$tags  = new WP_HTML_Tag_Processor( $html );
		$shape = [];
		while ( $tags->next_tag() ) {
			$shape[] = $tags->get_tag() . ' ' . implode( ' ', $tags->get_attribute_names_with_prefix( '' ) );
		}
		return $shape;
	}
}
