<?php

use PHPUnit\Framework\TestCase;

/** What the plugin directory asks of the source, as far as a tokenizer can see it. */
final class WordsTest extends TestCase {
	const TRANSLATE = [ '__' => 1, '_e' => 1, '_x' => 2, '_n' => 3, '_nx' => 4, 'esc_html__' => 1, 'esc_html_e' => 1, 'esc_attr__' => 1, 'esc_attr_e' => 1, 'esc_html_x' => 2, 'esc_attr_x' => 2 ];

	public function test_every_sentence_is_a_literal_in_the_plugin_s_own_domain(): void {
		$sentences = 0;
		foreach ( $this->files() as $file => $tokens ) {
			foreach ( $tokens as $i => $token ) {
				if ( ! is_array( $token ) || T_STRING !== $token[0] || ! isset( self::TRANSLATE[ $token[1] ] ) || '(' !== ( $tokens[ $i + 1 ] ?? '' ) ) {
					continue;
				}
				$arguments = $this->arguments( $tokens, $i + 2 );
				$where     = "$file:{$token[2]}";
				$this->assertMatchesRegularExpression( "/^'.*'$/s", $arguments[0], $where );
				$this->assertSame( "'freshet'", $arguments[ self::TRANSLATE[ $token[1] ] ] ?? '', $where );
				if ( preg_match( '/%(?:\d\$)?[sd]/', $arguments[0] ) ) {
					$this->assertMatchesRegularExpression( '/translators:/', $this->lines_before( $file, $token[2] ), "$where has no word to translators" );
				}
				++$sentences;
			}
		}
		$this->assertGreaterThan( 50, $sentences );
	}

	public function test_no_file_can_be_run_by_itself_and_none_does_what_the_directory_forbids(): void {
		foreach ( array_keys( $this->files() ) as $file ) {
			$source = file_get_contents( $file );
			$this->assertMatchesRegularExpression( "/defined\( '(?:ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;/", $source, $file );
			$this->assertDoesNotMatchRegularExpression( '/\b(?:eval|create_function|base64_decode|exec|shell_exec|system|passthru|proc_open|curl_init|curl_exec|load_plugin_textdomain|extract|unserialize|var_dump|print_r)\s*\(/', $source, $file );
			$this->assertStringNotContainsString( '<?=', $source, $file );
		}
	}

	public function test_the_readme_and_the_header_say_the_same(): void {
		$readme = file_get_contents( dirname( __DIR__ ) . '/readme.txt' );
		$header = file_get_contents( dirname( __DIR__ ) . '/freshet.php' );
		foreach ( [ 'Requires at least', 'Requires PHP', 'License', 'License URI' ] as $line ) {
			preg_match( "/^$line:\s*(.+)$/m", $readme, $of_readme );
			preg_match( "/^ \* $line:\s*(.+)$/m", $header, $of_header );
			$this->assertSame( $of_header[1], $of_readme[1], $line );
		}
		preg_match( '/^ \* Version:\s*(.+)$/m', $header, $version );
		$this->assertStringContainsString( "Stable tag: {$version[1]}\n", $readme );
		$this->assertStringContainsString( "define( 'FRESHET_VERSION', '{$version[1]}' );", $header );
		$this->assertStringContainsString( "= {$version[1]} =", $readme );
		preg_match( '/^Tags:\s*(.+)$/m', $readme, $tags );
		$this->assertLessThanOrEqual( 5, count( explode( ',', $tags[1] ) ) );
		$summary = explode( "\n\n", $readme )[1];
		$this->assertLessThanOrEqual( 150, strlen( $summary ) );
	}

	/** @return array<string,array> Tokens without white space and comments, by file. */
	private function files(): array {
		$files = [];
		foreach ( array_merge( glob( dirname( __DIR__ ) . '/*.php' ), glob( dirname( __DIR__ ) . '/includes/*.php' ) ) as $file ) {
			$files[ $file ] = array_values(
				array_filter(
					token_get_all( file_get_contents( $file ) ),
					static function ( $token ): bool {
						return ! is_array( $token ) || ! in_array( $token[0], [ T_WHITESPACE, T_COMMENT, T_DOC_COMMENT ], true );
					}
				)
			);
		}
		return $files;
	}

	/** @return string[] The arguments of a call, as they are written. */
	private function arguments( array $tokens, int $at ): array {
		$arguments = [ '' ];
		for ( $depth = 0; ; $at++ ) {
			$text = is_array( $tokens[ $at ] ) ? $tokens[ $at ][1] : $tokens[ $at ];
			if ( 0 === $depth && ')' === $text ) {
				return $arguments;
			}
			$depth += in_array( $text, [ '(', '[' ], true ) ? 1 : ( in_array( $text, [ ')', ']' ], true ) ? -1 : 0 );
			if ( 0 === $depth && ',' === $text ) {
				$arguments[] = '';
			} else {
				$arguments[ count( $arguments ) - 1 ] .= $text;
			}
		}
	}

	private function lines_before( string $file, int $line ): string {
		return implode( "\n", array_slice( file( $file ), max( 0, $line - 4 ), 4 ) );
	}
}
