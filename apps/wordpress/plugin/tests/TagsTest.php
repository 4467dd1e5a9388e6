<?php

use PHPUnit\Framework\TestCase;

/** WordPress's HTML API is the judge of what is a tag. */
final class TagsTest extends TestCase {
	const PIECES = [ '<', '>', '</', '/', '"', "'", '=', ' ', "\n", "\f", '!', '-', '--', '-->', '--!>', '<!--', '<!-->', '<!--->', '<!', '<?', '<![CDATA[', ']]>', '</>', '<3', 'a', 'é', "\x00", '&amp;', '<p', '<p>', '</p>', '<a href=', '<img src="a>b"', "<img alt='<i>'", '<b/>', '</b x="<i>">', '<x-y z>', '<br =a=b c>', '<svg>', '<SCRIPT', '<script>', '</script', '</script >', '<script src=x/>', '</scripty>', '<textarea>', '</textarea>', '<title x=">">', '</TITLE/>', '<titled>' ];

	/** All that could end an attribute or a tag, and what looks escaped already. */
	const VALUE = "a'b\"c<d>e&amp;f&#039; =/\xFF";

	/** Those that WordPress took for ordinary elements before 6.7. */
	const RAW = [ '<style>', '</style>', '<style', '<iframe srcdoc="<i>">', '</iframe >', '<xmp>', '</xmp>', '<noembed>', '</noembed>', '<NoFrames>', '</noframes/>' ];

	public function test_finds_the_tags_that_wordpress_finds(): void {
		if ( version_compare( $GLOBALS['wp_version'], '6.5', '<' ) ) {
			$this->expectNotToPerformAssertions();
			return; // Its own reader throws ValueErrors and misreads comments in such pages: no judge.
		}
		$pieces = method_exists( WP_HTML_Tag_Processor::class, 'set_modifiable_text' ) ? array_merge( self::PIECES, self::RAW ) : self::PIECES;
		mt_srand( 20261129 );
		$found = 0;
		for ( $i = 0; $i < 4000; $i++ ) {
			$page = '';
			for ( $j = mt_rand( 1, 25 ); $j > 0; $j-- ) {
				$page .= $pieces[ mt_rand( 0, count( $pieces ) - 1 ) ];
			}
			if ( preg_match( '~<script.*(?:<!--+>|</?[<-])~is', $page ) ) {
				continue; // In scripts WordPress takes a whole comment for its begin, and passes over what follows a "<".
			}
			$expected = $this->tags( $page );
			$this->assertSame( $expected, $this->found( $page, true ), $page );
			$begins = array_values( preg_grep( '~^/~', $expected, PREG_GREP_INVERT ) );
			$this->assertSame( $begins, $this->found( $page, false ), $page );
			$found += count( $expected );
		}
		$this->assertGreaterThan( 4000, $found );
	}

	public function test_says_where_an_element_without_tags_begins(): void {
		$seen = [];
		$page = '<script a=">">b<!-- <script></script> --></script ><script><!--><script><</script><TITLE>x<b></title><style>';
		$this->assertSame(
			'',
			Freshet_Tags::change(
				$page,
				false,
				static function ( array $found ) use ( &$seen ): string {
					$seen[] = $found;
					return '';
				}
			)
		);
		$this->assertSame(
			[
				[ '<script a=">">b<!-- <script></script> --></script >', 'script', 'b<!-- <script></script> --></script >' ],
				[ '<script><!--><script><</script>', 'script', '<!--><script><</script>' ],
				[ '<TITLE>x<b></title>', 'TITLE', 'x<b></title>', 'x<b>' ],
				[ '<style>', 'style' ],
			],
			$seen
		);
	}

	public function test_is_not_slowed_down_by_what_is_hostile(): void {
		$begun = microtime( true );
		foreach ( [ '<', '<a ', '<a b="', '<!--', '<!-', '</', '<script>', '<script><!--', '<script><!--<script>', '<title>', '<title></titl', "<i a='\"", '<a b=c ' ] as $piece ) {
			$page  = str_repeat( $piece, 20000 );
			$count = 0;
			$same  = static function ( array $found ) use ( &$count ): string {
				$count++;
				return $found[0];
			};
			$this->assertSame( $page, Freshet_Tags::change( $page, false, $same ), $piece );
			$this->assertSame( $page, Freshet_Tags::change( $page, true, $same ), $piece );
		}
		$this->assertLessThan( 10, microtime( true ) - $begun );
	}

	/** @return string[] What the HTML API says of every tag. */
	private function tags( string $page ): array {
		$tags  = new WP_HTML_Tag_Processor( $page );
		$found = [];
		while ( $tags->next_tag( [ 'tag_closers' => 'visit' ] ) ) {
			$found[] = $this->say( $tags );
		}
		return $found;
	}

	/** @return string[] The same of those that ours finds; what is cut off is no tag yet. */
	private function found( string $page, bool $ends ): array {
		$found = [];
		Freshet_Tags::change(
			$page,
			$ends,
			function ( array $match ) use ( &$found ): string {
				$tags = new WP_HTML_Tag_Processor( $match[0] );
				if ( $tags->next_tag( [ 'tag_closers' => 'visit' ] ) ) {
					$found[] = $this->say( $tags );
					$this->compare( $tags, substr( $match[0], 0, strlen( $match[0] ) - strlen( $match[2] ?? '' ) ), strlen( $match[1] ) );
				}
				return $match[0];
			}
		);
		return $found;
	}

	/** Each attribute is read as WordPress reads it, and a changed one as what was written; nothing else changes. */
	private function compare( WP_HTML_Tag_Processor $tags, string $html, int $name_length ): void {
		$names = $tags->is_tag_closer() ? [] : $tags->get_attribute_names_with_prefix( '' ) ?? [];
		foreach ( $names as $place => $name ) {
			$tag  = new Freshet_Tag( $html, $name_length );
			$ours = array_map( 'strval', $tag->names() );
			$this->assertSame( self::shown( $names ), self::shown( $ours ), $html );
			$old = $tags->get_attribute( $name );
			$this->assertSame( true === $old ? '' : self::shown( $old ), self::shown( $tag->get( $ours[ $place ] ) ), $html );
			if ( true === $old || '' === $old ) {
				continue;
			}
			$this->assertSame( $html, $tag->html() );
			$tag->set( $ours[ $place ], self::VALUE );
			$after = new WP_HTML_Tag_Processor( $tag->html() . '</' . $tags->get_tag() . '>' );
			$this->assertTrue( $after->next_tag(), $tag->html() );
			foreach ( $names as $other ) {
				$this->assertSame( $other === $name ? self::VALUE : $tags->get_attribute( $other ), $after->get_attribute( $other ), $tag->html() );
			}
		}
	}

	/** Newer WordPress shows a NUL as U+FFFD, as browsers do; what is written stays what it is. */
	private static function shown( $text ) {
		return str_replace( "\x00", "\u{FFFD}", $text );
	}

	private function say( WP_HTML_Tag_Processor $tags ): string {
		if ( $tags->is_tag_closer() ) {
			return '/' . $tags->get_tag();
		}
		$said = $tags->get_tag();
		foreach ( $tags->get_attribute_names_with_prefix( '' ) ?? [] as $name ) {
			$said .= " $name=" . var_export( $tags->get_attribute( $name ), true );
		}
		return $said;
	}
}
