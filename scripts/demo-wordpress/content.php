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
	// As if each had been edited before: WordPress then writes over the files (see IMAGE_EDIT_OVERWRITE), so that posts that
	// name them show the change. What it restores is the copy.
	$file = get_attached_file( $id );
	copy( $file, dirname( $file ) . "/original-$name" );
	$whole = array_intersect_key( wp_get_attachment_metadata( $id ), [ 'width' => 1, 'height' => 1 ] );
	update_post_meta( $id, '_wp_attachment_backup_sizes', [ 'full-orig' => $whole + [ 'file' => "original-$name" ] ] );
}

// The whole picture: a turned one has sizes of other names.
$figure = static function ( string $name ) use ( $ids ): string {
	$id  = $ids[ $name ];
	$src = wp_get_attachment_url( $id );
	return "<!-- wp:image {\"id\":$id,\"sizeSlug\":\"full\"} --><figure class=\"wp-block-image size-full\"><img src=\"$src\" alt=\"\" class=\"wp-image-$id\"/></figure><!-- /wp:image -->";
};
$text  = static function ( string $words ): string {
	return "<!-- wp:paragraph --><p>$words</p><!-- /wp:paragraph -->";
};
$posts = [
	'Shapes'       => [ 'logo.png', $text( 'A drawing without background.' ) . $figure( 'logo.png' ) ],
	'A gallery'    => [ 'balloon.jpg', '<!-- wp:gallery {"linkTo":"none"} --><figure class="wp-block-gallery has-nested-images columns-default is-cropped">' . $figure( 'lake.jpg' ) . $figure( 'balloon.jpg' ) . '</figure><!-- /wp:gallery -->' ],
	'Over the lake' => [ 'lake.jpg', $text( 'Browsers choose among sizes that Freshet makes of one picture. Replace the picture in the media library, and reload.' ) . $figure( 'lake.jpg' ) ],
];
wp_delete_post( 1, true ); // "Hello world!"
foreach ( $posts as $title => list( $picture, $content ) ) {
	$post = wp_insert_post( [ 'post_title' => $title, 'post_content' => wp_slash( $content ), 'post_status' => 'publish' ] );
	set_post_thumbnail( $post, $ids[ $picture ] );
}
// A front page of its own: what themes show there else are pictures of the theme.
$front = wp_insert_post(
	[
		'post_type'    => 'page',
		'post_title'   => 'Pictures through Freshet',
		'post_content' => wp_slash( $figure( 'balloon.jpg' ) . $text( 'Every picture of this site comes from Freshet.' ) . '<!-- wp:latest-posts {"displayFeaturedImage":true,"featuredImageSizeSlug":"medium","addLinkToFeaturedImage":true} /-->' ),
		'post_status'  => 'publish',
	]
);
update_option( 'page_on_front', $front );
update_option( 'show_on_front', 'page' );
file_put_contents( '/out/content.json', json_encode( [ 'picture' => $ids['lake.jpg'], 'post' => get_permalink( $post ) ] ) );
