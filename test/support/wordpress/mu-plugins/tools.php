<?php
/**
 * What other tools do to pictures, in their order of hooks: only for tests, which ask for it by REST as administrator.
 */
defined( 'ABSPATH' ) || exit;

if ( isset( $_SERVER['HTTP_X_IMAGE_EDIT_OVERWRITE'] ) ) {
	define( 'IMAGE_EDIT_OVERWRITE', true );
}
if ( isset( $_GET['quality'] ) ) {
	add_filter( 'wp_editor_set_quality', static fn() => (int) $_GET['quality'] );
}

// What a page of the admin cost, for who reads its source.
add_action(
	'admin_footer',
	static function () {
		printf( '<!-- %d queries -->', (int) $GLOBALS['wpdb']->num_queries );
	},
	PHP_INT_MAX
);
add_filter( 'image_edit_thumbnails_separately', '__return_true' );
add_filter( 'wp_client_side_media_processing_enabled', '__return_true' ); // Otherwise over HTTPS only.

/** Makes sizes again, as "regenerate thumbnails" tools do. */
function test_regenerate( int $id ): void {
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, wp_get_original_image_path( $id ) ) );
}

/** Replaces the file as Enable Media Replace does: announced before the old files go, which is before the new one is there. */
function test_replace( int $id, string $bytes, string $name ): void {
	$old = get_attached_file( $id );
	$url = wp_get_attachment_url( $id );
	do_action( 'wp_handle_replace', [ 'post_id' => $id ] );
	wp_delete_attachment_files( $id, wp_get_attachment_metadata( $id ), get_post_meta( $id, '_wp_attachment_backup_sizes', true ), $old );
	$new = '' === $name ? $old : dirname( $old ) . "/$name";
	file_put_contents( $new, $bytes );
	update_attached_file( $id, $new );
	apply_filters( 'wp_handle_upload', [ 'file' => $new, 'url' => $url, 'type' => 'image/jpeg' ], 'sideload' );
	wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $new ) );
	if ( '' !== $name ) {
		wp_update_post( [ 'ID' => $id, 'post_name' => $name ] );
	}
	do_action( 'emr/cache/flush', $id );
	do_action( 'enable-media-replace-upload-done', wp_get_attachment_url( $id ), $url, $id );
}

add_action(
	'rest_api_init',
	static function () {
		register_rest_route(
			'tools/v1',
			'/(?P<how>[a-z-]+)(?:/(?P<id>\d+))?',
			[
				'methods'             => 'POST',
				'permission_callback' => static fn() => current_user_can( 'manage_options' ),
				'callback'            => static function ( WP_REST_Request $request ) {
					foreach ( [ 'image', 'image-edit', 'media', 'file' ] as $part ) {
						require_once ABSPATH . "wp-admin/includes/$part.php";
					}
					$id = (int) $request['id'];
					switch ( $request['how'] ) {
						case 'regenerate':
							test_regenerate( $id );
							break;
						case 'replace':
							test_replace( $id, base64_decode( $request['bytes'] ), (string) $request['name'] );
							break;
						case 'metadata':
							wp_update_attachment_metadata( $id, [ 'probe' => microtime( true ) ] + wp_get_attachment_metadata( $id ) );
							break;
						case 'outbox':
							return array_values( array_filter( freshet()->outbox->after( (int) $request['after'], 100000 ), static fn( $event ) => isset( $event['files'] ) ) );
						case 'resume':
							freshet()->push->resume();
							break;
						case 'tick-is-due':
							wp_clear_scheduled_hook( 'freshet_tick' );
							wp_schedule_event( time() - 1, 'freshet_five_minutes', 'freshet_tick' );
							break;
						default:
							return new WP_Error( 'how', 'unknown', [ 'status' => 400 ] );
					}
					return [ 'ok' => true ];
				},
			]
		);
	}
);
