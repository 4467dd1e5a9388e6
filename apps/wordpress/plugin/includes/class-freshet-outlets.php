<?php
/**
 * What reaches visitors without being a page: feeds, the answers of shops' AJAX calls, and the REST API where its owner says
 * so. Editors read the REST API too and save what they find, so whoever may edit always finds originals there.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Outlets {
	private Freshet_Settings $settings;
	private Freshet_Rewriter $rewriter;

	public function __construct( Freshet_Settings $settings, Freshet_Rewriter $rewriter ) {
		$this->settings = $settings;
		$this->rewriter = $rewriter;
	}

	public function listen(): void {
		foreach ( [ 'the_content_feed', 'the_excerpt_rss', 'comment_text_rss' ] as $filter ) {
			add_filter( $filter, [ $this, 'feed' ], PHP_INT_MAX );
		}
		add_filter( 'woocommerce_available_variation', [ $this, 'variation' ], PHP_INT_MAX );
		// WordPress 6.7 and newer: what clicks on a picture enlarge, where the editor said so.
		add_filter( 'script_module_data_@wordpress/interactivity', [ $this, 'interactivity' ], PHP_INT_MAX );
		add_action( 'rest_api_init', [ $this, 'listen_to_rest' ] );
	}

	public function listen_to_rest(): void {
		if ( ! $this->settings->saved()['rest'] ) {
			return;
		}
		add_filter( 'rest_prepare_attachment', [ $this, 'rest_attachment' ], PHP_INT_MAX, 3 );
		foreach ( get_post_types( [ 'show_in_rest' => true ] ) as $type ) {
			if ( 'attachment' !== $type ) {
				add_filter( "rest_prepare_$type", [ $this, 'rest_post' ], PHP_INT_MAX, 3 );
			}
		}
	}

	/**
	 * @param mixed $html Content of a feed.
	 * @return mixed
	 */
	public function feed( $html ) {
		return is_feed() && $this->settings->saved()['feeds'] && $this->rewriter->is_on() ? $this->rewriter->rewrite( $html ) : $html;
	}

	/**
	 * A variation that a shop's script asks for. Those that stand in pages are rewritten with the page.
	 *
	 * @param mixed $variation WooCommerce's array.
	 * @return mixed
	 */
	public function variation( $variation ) {
		$is_asked = wp_doing_ajax() || isset( $_GET['wc-ajax'] ); // phpcs:ignore WordPress.Security.NonceVerification -- nothing is done for it.
		if ( $is_asked && is_array( $variation['image'] ?? null ) && $this->rewriter->is_on() ) {
			$variation['image'] = array_replace( $variation['image'], $this->rewriter->rewrite_urls( array_intersect_key( $variation['image'], array_flip( [ 'url', 'src', 'srcset', 'full_src', 'thumb_src', 'gallery_thumbnail_src' ] ) ) ) );
		}
		return $variation;
	}

	/**
	 * @param mixed $data What WordPress hands to its scripts.
	 * @return mixed
	 */
	public function interactivity( $data ) {
		$pictures = is_array( $data ) ? ( $data['state']['core/image']['metadata'] ?? null ) : null;
		if ( ! is_array( $pictures ) || ! did_action( 'freshet_page_begins' ) || ! $this->settings->saved()['links'] ) {
			return $data;
		}
		$urls = [];
		foreach ( $pictures as $key => $picture ) {
			$urls[ $key ] = is_array( $picture ) ? ( $picture['uploadedSrc'] ?? null ) : null;
		}
		foreach ( array_filter( $this->rewriter->rewrite_urls( $urls ), 'is_string' ) as $key => $url ) {
			$data['state']['core/image']['metadata'][ $key ]['uploadedSrc'] = $url;
		}
		return $data;
	}

	/**
	 * @param mixed $response WP_REST_Response.
	 * @param mixed $post     Unused.
	 * @param mixed $request  WP_REST_Request.
	 * @return mixed
	 */
	public function rest_attachment( $response, $post = null, $request = null ) {
		if ( ! $response instanceof WP_REST_Response || ! $this->is_read_only( $request ) ) {
			return $response;
		}
		$data = $response->get_data();
		$urls = [ 'source_url' => $data['source_url'] ?? null ];
		foreach ( $data['media_details']['sizes'] ?? [] as $name => $size ) {
			$urls[ "size $name" ] = is_array( $size ) ? ( $size['source_url'] ?? null ) : null;
		}
		$urls = $this->rewriter->rewrite_urls( $urls );
		if ( isset( $data['source_url'] ) ) {
			$data['source_url'] = $urls['source_url'];
		}
		foreach ( $data['media_details']['sizes'] ?? [] as $name => $size ) {
			if ( isset( $urls[ "size $name" ] ) ) {
				$data['media_details']['sizes'][ $name ]['source_url'] = $urls[ "size $name" ];
			}
		}
		foreach ( [ 'description', 'caption' ] as $field ) {
			if ( isset( $data[ $field ]['rendered'] ) ) {
				$data[ $field ]['rendered'] = $this->rewriter->rewrite( $data[ $field ]['rendered'] );
			}
		}
		$response->set_data( $data );
		return $response;
	}

	/**
	 * @param mixed $response WP_REST_Response.
	 * @param mixed $post     Unused.
	 * @param mixed $request  WP_REST_Request.
	 * @return mixed
	 */
	public function rest_post( $response, $post = null, $request = null ) {
		if ( ! $response instanceof WP_REST_Response || ! $this->is_read_only( $request ) ) {
			return $response;
		}
		$data = $response->get_data();
		foreach ( [ 'content', 'excerpt' ] as $field ) {
			if ( is_string( $data[ $field ]['rendered'] ?? null ) ) {
				$data[ $field ]['rendered'] = $this->rewriter->rewrite( $data[ $field ]['rendered'] );
			}
		}
		$response->set_data( $data );
		return $response;
	}

	/** Whether this is an answer for somebody who shows it, not for somebody who may write it back. */
	private function is_read_only( $request ): bool {
		$context = $request instanceof WP_REST_Request ? ( $request['context'] ?? 'view' ) : '';
		return in_array( $context, [ 'view', 'embed' ], true ) && ! current_user_can( 'edit_posts' ) && $this->rewriter->is_on();
	}
}
