<?php

use PHPUnit\Framework\TestCase;

final class CutsTest extends TestCase {
	/** @dataProvider sizes */
	public function test_knows_which_sizes_are_the_full_picture_made_smaller( string $path, array $full, int $width ): void {
		$this->assertSame( $width, Freshet_Cuts::width_of( $path, $full ) );
	}

	public function sizes(): array {
		return [
			'same shape'            => [ '2026/11/hat-300x200.jpg', [ 3000, 2000 ], 300 ],
			'rounded down'          => [ 'hat-1024x682.jpg', [ 3000, 2000 ], 1024 ],
			'rounded up'            => [ 'hat-1024x683.jpg', [ 3000, 2000 ], 1024 ],
			'a pixel too many'      => [ 'hat-1024x685.jpg', [ 3000, 2000 ], 0 ],
			'a crop'                => [ 'hat-150x150.jpg', [ 3000, 2000 ], 0 ],
			'a square of a square'  => [ 'hat-150x150.jpg', [ 2000, 2000 ], 150 ],
			'the same size'         => [ 'hat-3000x2000.jpg', [ 3000, 2000 ], 3000 ],
			'larger than the full'  => [ 'hat-300x200.jpg', [ 150, 100 ], 0 ],
			'an animation'          => [ 'cat-300x200.gif', [ 3000, 2000 ], 0 ],
			'no size'               => [ 'hat.jpg', [ 3000, 2000 ], 0 ],
			'zeros'                 => [ 'hat-0x0.jpg', [ 3000, 2000 ], 0 ],
			'digits without end'    => [ 'hat-' . str_repeat( '9', 400 ) . 'x200.jpg', [ 3000, 2000 ], 0 ],
			'a line'                => [ 'hat-300x1.png', [ 3000, 9 ], 300 ],
		];
	}

	public function test_names_the_full_picture_that_wordpress_uses_first(): void {
		$this->assertSame( [ 'a/b-scaled.jpg', 'a/b-rotated.jpg', 'a/b.jpg' ], Freshet_Cuts::full_names( 'a/b-300x200.jpg' ) );
		$this->assertSame( [], Freshet_Cuts::full_names( 'a/b.jpg' ) );
	}

	public function test_offers_the_rungs_below_a_picture_and_the_picture(): void {
		$this->assertSame( [ 320, 640, 800 ], Freshet_Cuts::rungs( [ 320, 640, 960 ], 800 ) );
		$this->assertSame( [ 320, 640, 960 ], Freshet_Cuts::rungs( [ 320, 640, 960 ], 960 ) );
		$this->assertSame( [ 320, 640, 960 ], Freshet_Cuts::rungs( [ 320, 640, 960 ], 4000 ) );
		$this->assertSame( [ 200 ], Freshet_Cuts::rungs( [ 320, 640, 960 ], 200 ) );
	}
}
