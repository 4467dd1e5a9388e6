<?php

/**
 * Pages of every kind, byte for byte: `[[url]]` becomes a delivery URL, and nothing else changes, also not `{url}`, which
 * stands where no browser would load it as a picture.
 */
final class CorpusTest extends Freshet_Case {
	public function test_changes_the_intended_attributes_and_no_other_byte(): void {
		$id       = $this->upload( 'hat.jpg', 80, 60 );
		$url      = freshet()->uploads->url_of( $this->path( $id ) );
		$delivery = self::ENDPOINT . "/v7/$url?vh=" . $this->version( $this->file( $id ) );
		foreach ( $this->pages() as $name => $page ) {
			$before   = str_replace( [ '[[url]]', '{url}' ], $url, $page );
			$expected = str_replace( [ '[[url]]', '{url}' ], [ $delivery, $url ], $page );
			$after    = freshet()->rewriter->rewrite( $before );
			$this->assertSame( bin2hex( $expected ), bin2hex( $after ), "$name:\n$after" );
			$this->assertSame( $after, freshet()->rewriter->rewrite( $after ), "$name, again" );
		}
	}

	public function test_any_bytes_around_a_picture_survive(): void {
		$id     = $this->upload( 'hat.jpg', 80, 60 );
		$url    = freshet()->uploads->url_of( $this->path( $id ) );
		$target = self::ENDPOINT . "/v7/$url?vh=" . $this->version( $this->file( $id ) );
		$pieces = [ '<', '>', '"', "'", '=', '/', ' ', '&', '&amp;', '<p', '</p>', '<!--', '-->', '<![CDATA[', ']]>', '<?php', '</', '<a href=', 'é', "\xE9", "\x00", "\r\n", '<textarea>', '</textarea>', '<script>', '</script>', '<svg>', '<br/>', "<img alt=\"a\" src=\"$url\">" ];
		mt_srand( 20261128 );
		for ( $i = 0; $i < 300; $i++ ) {
			$page = "<img src=\"$url\">";
			for ( $j = mt_rand( 1, 25 ); $j > 0; $j-- ) {
				$page .= $pieces[ mt_rand( 0, count( $pieces ) - 1 ) ];
			}
			$after = freshet()->rewriter->rewrite( $page );
			$this->assertStringContainsString( $target, $after );
			$this->assertSame( bin2hex( $page ), bin2hex( str_replace( $target, $url, $after ) ) );
		}
	}

	private function pages(): array {
		$image = '<img src="[[url]]" alt="">';
		return [
			'a whole page'           => "<!DOCTYPE html>\n<html lang=\"de\">\n<head><meta charset=utf-8><title>Hüte &amp; {url}</title>\n<link rel='stylesheet' href='{url}.css?ver=1&#038;x'/>\n<meta property=\"og:image\" content=\"{url}\"/></head>\n<body class='a  b'>\n\t$image\n</body></html>\n",
			'inline scripts'         => "<script>var a='<img src=\"{url}\">';if(a<b&&c>d){}//</scr</script>$image<script type=\"text/template\"><img src=\"{url}\"></script><script><!-- <script>\"{url}\"</script> --></script>$image",
			'JSON-LD'                => "<script type=\"application/ld+json\">{\"image\":\"{url}\",\"@type\":\"Product\"}</script>$image",
			'speculation and maps'   => "<script type=\"importmap\">{\"imports\":{\"a\":\"{url}\"}}</script><script type=speculationrules>{\"prefetch\":[{\"urls\":[\"{url}\"]}]}</script>$image",
			'a template'             => "<template><img src=\"[[url]]\"><p>&nbsp;</template>$image",
			'comments'               => "<!-- <img src=\"{url}\"> --><!--[if IE]><img src=\"{url}\"><![endif]--><!---->$image<!-- > -- --!>$image<!doctype x>",
			'CDATA'                  => "<svg><style><![CDATA[a{b:c}]]></style><text><![CDATA[ <b> ]]></text></svg>$image",
			'a textarea and a title' => "<textarea rows=2>\n<img src=\"{url}\"></textarea><title><img src=\"{url}\"></title>$image",
			'noscript'               => "<noscript><img src=\"[[url]]\" /></noscript>$image",
			'raw text'               => "<xmp><img src=\"{url}\"></xmp><iframe srcdoc='<img src=\"{url}\">'><img src=\"{url}\"></iframe>$image<noembed><img src=\"{url}\"></noembed>",
			'broken nesting'         => "<p><b><p>$image</b></i></p><table><p>$image<tr></table></div></div>",
			'broken attributes'      => "<p =x \"y ' z=\"1\" z=2 / a=\"<\" b='>'>$image<img src=\"[[url]]\" src=\"{url}\"><img/src=\"[[url]]\"/><img  \n src = \"x\">",
			'broken entities'        => "<a title=\"&bogus; &#0; &#x110000; &amp;amp; &lt\" href=\"/?a=1&copy=2&b\">&notit; &amp</a>$image",
			'cut off in a tag'       => "$image<img alt=\"a\" src=\"{url}",
			'cut off in a script'    => "$image<script>var a = \"{url}\"",
			'cut off in a comment'   => "$image<!-- <img src=\"{url}\">",
			'UTF-8 with a mark'      => "\xEF\xBB\xBF<p>Größe – 漢字 🎩 \xF0\x9F</p>$image",
			'Latin-1'                => "<p class=\"caf\xE9\">Gr\xF6\xDFe</p><img alt=\"Gr\xF6\xDFe\" src=\"[[url]]\">\xA0",
			'nulls and controls'     => "<p>\x00\x01\x1B\x7F\x0C</p>$image\x00",
			'line ends'              => "<p>\r\n\r<br>\n</p>\r\n$image\r",
			'other elements'         => "<math><mi>x</mi></math><custom-el data-url=\"{url}\" image=\"{url}\"></custom-el><object data=\"{url}\"></object><embed src=\"{url}\"><video src=\"{url}\"></video><audio src=\"{url}\"></audio>$image",
			'no picture'             => "<form action=\"{url}\"><input value=\"{url}\"><option value=\"{url}\">{url}</option></form>$image",
			'data attributes'        => "<div data-url=\"{url}\" data-href=\"{url}\" data-id=\"{url}\">$image</div>",
		];
	}
}
