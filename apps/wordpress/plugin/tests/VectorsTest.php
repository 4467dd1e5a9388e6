<?php

use PHPUnit\Framework\TestCase;

/**
 * The grammar as every implementation speaks it. FRESHET_VECTORS is the folder of the shared vectors.
 */
final class VectorsTest extends TestCase {
	public function test_builds_the_delivery_urls_of_the_vectors(): void {
		$checked = 0;
		foreach ( $this->vectors( 'delivery-urls' )['build'] as $vector ) {
			// Pages carry no parameter but a width, and always the version segment.
			if ( array_diff_key( $vector['parameters'], [ 'w' => 1 ] ) || ! ( $vector['options']['v7'] ?? true ) ) {
				continue;
			}
			$this->assertSame( $vector['url'], Freshet_Delivery_Url::build( $vector['endpoint'], $vector['original'], $vector['options']['version'] ?? '', (int) ( $vector['parameters']['w'] ?? 0 ) ), $vector['name'] );
			++$checked;
		}
		$this->assertGreaterThan( 10, $checked );
	}

	public function test_derives_the_versions_of_the_vectors(): void {
		$vectors = $this->vectors( 'versions' );
		foreach ( $vectors['ofText'] as $vector ) {
			$this->assertSame( $vector['version'], Freshet_Bytes::version( hash( 'sha256', $vector['text'] ) ) );
		}
		foreach ( $vectors['ofDigest'] as $vector ) {
			$this->assertSame( $vector['version'], Freshet_Bytes::version( $vector['digest'] ) );
		}
	}

	private function vectors( string $name ): array {
		$file = getenv( 'FRESHET_VECTORS' ) . "/$name.json";
		if ( ! is_file( $file ) ) {
			$this->markTestSkipped( "$file is missing: set FRESHET_VECTORS." );
		}
		return json_decode( file_get_contents( $file ), true );
	}
}
