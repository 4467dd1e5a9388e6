<?php
/**
 * Runs once inside the WordPress of the demo: the pictures of /pictures into the media library, and posts that show them.
 */
require '/wordpress/wp-load.php';
foreach ( [ 'image', 'file', 'media' ] as $part ) {
	require_once ABSPATH . "wp-admin/includes/$part.php";
}
wp_set_current_user( 1 );

$ids = [];
foreach ( [ 'lake.jpg', 'balloon.jpg', 'logo.png' ] as $name ) {
	$copy = wp_tempnam( $name );
	copy( "/pictures/$name", $copy );
	$id = media_handle_sideload( [ 'name' => $name, 'tmp_name' => $copy ], 0 );
	if ( is_wp_error( $id ) ) {
		throw new Exception( "$name: " . $id->get_error_message() );
	}
	$ids[ $name ] = $id;
}

$figure = static function ( string $name, string $size ) use ( $ids ): string {
	$id  = $ids[ $name ];
	$src = wp_get_attachment_image_src( $id, $size )[0];
	return "<!-- wp:image {\"id\":$id,\"sizeSlug\":\"$size\"} --><figure class=\"wp-block-image size-$size\"><img src=\"$src\" alt=\"\" class=\"wp-image-$id\"/></figure><!-- /wp:image -->";
};
$text  = static function ( string $words ): string {
	return "<!-- wp:paragraph --><p>$words</p><!-- /wp:paragraph -->";
};
$posts = [
	'Shapes'       => [ 'logo.png', $text( 'A drawing without background.' ) . $figure( 'logo.png', 'full' ) ],
	'A gallery'    => [ 'balloon.jpg', '<!-- wp:gallery {"linkTo":"none"} --><figure class="wp-block-gallery has-nested-images columns-default is-cropped">' . $figure( 'lake.jpg', 'large' ) . $figure( 'balloon.jpg', 'large' ) . '</figure><!-- /wp:gallery -->' ],
	'Over the lake' => [ 'lake.jpg', $text( 'Browsers choose among sizes that Freshet makes of one picture. Replace the picture in the media library, and reload.' ) . $figure( 'lake.jpg', 'large' ) ],
];
wp_delete_post( 1, true ); // "Hello world!"
foreach ( $posts as $title => list( $picture, $content ) ) {
	$post = wp_insert_post( [ 'post_title' => $title, 'post_content' => wp_slash( $content ), 'post_status' => 'publish' ] );
	set_post_thumbnail( $post, $ids[ $picture ] );
}
file_put_contents( '/out/content.json', json_encode( [ 'picture' => $ids['lake.jpg'], 'post' => get_permalink( $post ) ] ) );
