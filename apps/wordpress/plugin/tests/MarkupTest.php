<?php

use PHPUnit\Framework\TestCase;

final class MarkupTest extends TestCase {
	/** @dataProvider sheets */
	public function test_finds_urls_in_css( string $css, string $expected ): void {
		$this->assertSame( $expected, Freshet_Markup::in_css( $css, [ self::class, 'shout' ] ) );
	}

	public function sheets(): array {
		return [
			'bare'                 => [ 'a{background:url(a.jpg)}', 'a{background:url(A.JPG!)}' ],
			'quoted'               => [ 'url( "a.jpg" ) URL(\'b.jpg\')', 'url( "A.JPG!" ) URL(\'B.JPG!\')' ],
			'several'              => [ 'url(a) url(b),url(c)', 'url(A!) url(B!),url(C!)' ],
			'parentheses, quoted'  => [ 'url("a(1).jpg")', 'url("A%281%29.JPG!")' ],
			'a comment'            => [ '/* url(a) */url(b)/*url(c)', '/* url(a) */url(B!)/*url(c)' ],
			'a string'             => [ '"url(a)\\"url(b)" url(c)', '"url(a)\\"url(b)" url(C!)' ],
			'an escape'            => [ 'url(a\\28 b) url("a\\"b") url(c)', 'url(a\\28 b) url("a\\"b") url(C!)' ],
			'another function'     => [ '-url(a) myurl(b) \\url(c)', '-url(a) myurl(b) \\url(c)' ],
			'a space inside'       => [ 'url(a b) url(c)', 'url(a b) url(C!)' ],
			'unfinished'           => [ 'url(a url("b', 'url(a url("b' ],
			'empty'                => [ 'url() url("")', 'url() url("")' ],
			'bytes of no charset'  => [ "\xFFurl(a) \xFF{url(b)}", "\xFFurl(a) \xFF{url(B!)}" ],
		];
	}

	/** @dataProvider texts */
	public function test_finds_urls_in_json( string $json, string $expected ): void {
		$this->assertSame( $expected, Freshet_Markup::in_json( $json, [ self::class, 'shout' ], [ self::class, 'sing' ] ) );
	}

	public function texts(): array {
		return [
			'a value'              => [ '{"a/b":"c/d"}', '{"a/b":"C/D!"}' ],
			'slashes as they were' => [ '["\/a","/b"]', '["\/A!","/B!"]' ],
			'a list of candidates' => [ '{"srcset" : "\/a 1w", "data_srcset":"/b 2w"}', '{"srcset" : "~\/a 1w", "data_srcset":"~/b 2w"}' ],
			'no URL'               => [ '{"a":"b","c":1.50,"d":null, "e":"\u00e9"}', '{"a":"b","c":1.50,"d":null, "e":"\u00e9"}' ],
			'quotes inside'        => [ '["/a \"b\"", "\\\\", "/c"]', '["/A \"B\"!", "\\\\", "/C!"]' ],
			'broken'               => [ '{"a":"/b', '{"a":"/b' ],
		];
	}

	public function test_taking_a_set_apart_loses_nothing(): void {
		mt_srand( 7 );
		for ( $i = 0; $i < 500; $i++ ) {
			$set = '';
			for ( $j = mt_rand( 0, 20 ); $j > 0; $j-- ) {
				$set .= [ ' ', ',', 'a', '(', ')', "\n", '2x', 'data:,x', "\xFF", '/b.jpg 1w' ][ mt_rand( 0, 9 ) ];
			}
			$this->assertSame( $set, implode( '', array_merge( [], ...Freshet_Markup::candidates( $set ) ) ) );
			$same = static function () {
				return null;
			};
			$this->assertSame( $set, Freshet_Markup::in_css( $set, $same ) );
			$this->assertSame( $set, Freshet_Markup::in_json( $set, $same, $same ) );
		}
	}

	public function test_is_not_slowed_down_by_what_is_hostile(): void {
		$begun = microtime( true );
		foreach ( [ 'url(', '"', "\\'", 'url("a', '/*', '("' ] as $piece ) {
			$text = str_repeat( $piece, 50000 );
			$this->assertSame( $text, Freshet_Markup::in_css( $text, [ self::class, 'shout' ] ) );
			$this->assertIsString( Freshet_Markup::in_json( $text, [ self::class, 'shout' ], [ self::class, 'sing' ] ) );
			$this->assertIsString( Freshet_Markup::in_set( $text, [ self::class, 'shout' ] ) );
		}
		$this->assertLessThan( 10, microtime( true ) - $begun );
	}

	public static function shout( string $url ): string {
		return strtoupper( $url ) . '!';
	}

	public static function sing( string $set ): string {
		return "~$set";
	}
}
