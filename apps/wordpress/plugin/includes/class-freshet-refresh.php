<?php
/**
 * "Refresh": tells every file of a picture again, for one picture or for many of the Media Library.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Refresh {
	const ACTION = 'freshet_refresh';

	/** What a redirect tells the page it leads to. */
	const DONE    = 'freshet_refreshed';
	const REFUSED = 'freshet_refused';

	private Freshet_Settings $settings;
	private Freshet_Watcher $watcher;

	public function __construct( Freshet_Settings $settings, Freshet_Watcher $watcher ) {
		$this->settings = $settings;
		$this->watcher  = $watcher;
	}

	public function listen(): void {
		add_filter( 'bulk_actions-upload', [ $this, 'add_bulk' ] );
		add_filter( 'handle_bulk_actions-upload', [ $this, 'do_bulk' ], 10, 3 );
		add_filter( 'media_row_actions', [ $this, 'add_row' ], 10, 2 );
		add_action( 'admin_post_' . self::ACTION, [ $this, 'do_one' ] );
		add_action( 'admin_notices', [ $this, 'show_result' ] );
		add_filter( 'removable_query_args', [ $this, 'forget_result' ] );
	}

	/** @param mixed $actions WordPress's. */
	public function add_bulk( $actions ): array {
		return (array) $actions + ( $this->settings->is_active() ? [ self::ACTION => __( 'Refresh in Freshet', 'freshet' ) ] : [] );
	}

	/**
	 * @param mixed $actions WordPress's.
	 * @param mixed $post    The attachment.
	 */
	public function add_row( $actions, $post = null ): array {
		$actions = (array) $actions;
		if ( $post instanceof WP_Post && $this->may( $post->ID ) ) {
			$actions[ self::ACTION ] = sprintf(
				'<a href="%s" aria-label="%s">%s</a>',
				esc_url( self::address( $post->ID ) ),
				/* translators: %s: title of a picture. */
				esc_attr( sprintf( __( 'Refresh “%s” in Freshet', 'freshet' ), $post->post_title ) ),
				esc_html__( 'Refresh', 'freshet' )
			);
		}
		return $actions;
	}

	/**
	 * WordPress has checked the nonce of the list.
	 *
	 * @param mixed $redirect Where to go afterwards.
	 * @param mixed $action   What was chosen.
	 * @param mixed $ids      The chosen attachments.
	 * @return mixed
	 */
	public function do_bulk( $redirect, $action = '', $ids = [] ) {
		if ( self::ACTION !== $action ) {
			return $redirect;
		}
		$done = 0;
		$ids  = array_unique( array_map( 'intval', (array) $ids ) );
		foreach ( $ids as $id ) {
			$done += (int) ( $this->may( $id ) && $this->watcher->refresh( $id ) );
		}
		return add_query_arg( [ self::DONE => $done, self::REFUSED => count( $ids ) - $done ], remove_query_arg( [ self::DONE, self::REFUSED ], (string) $redirect ) );
	}

	/** One picture, from a link. */
	public function do_one(): void {
		$id = isset( $_GET['id'] ) && is_scalar( $_GET['id'] ) ? (int) $_GET['id'] : 0; // phpcs:ignore WordPress.Security.NonceVerification -- next line.
		check_admin_referer( self::ACTION . "_$id" );
		if ( ! $this->may( $id ) ) {
			wp_die( esc_html__( 'You may not refresh this picture.', 'freshet' ), '', [ 'response' => 403 ] );
		}
		$done = (int) $this->watcher->refresh( $id );
		$back = wp_get_referer();
		wp_safe_redirect( add_query_arg( [ self::DONE => $done, self::REFUSED => 1 - $done ], remove_query_arg( [ self::DONE, self::REFUSED ], $back ? $back : admin_url( 'upload.php?mode=list' ) ) ) );
		exit;
	}

	public function show_result(): void {
		// phpcs:disable WordPress.Security.NonceVerification -- two numbers to show.
		if ( ! isset( $_GET[ self::DONE ] ) || ! current_user_can( 'upload_files' ) ) {
			return;
		}
		$done    = is_scalar( $_GET[ self::DONE ] ) ? absint( $_GET[ self::DONE ] ) : 0;
		$refused = isset( $_GET[ self::REFUSED ] ) && is_scalar( $_GET[ self::REFUSED ] ) ? absint( $_GET[ self::REFUSED ] ) : 0;
		// phpcs:enable
		if ( $done ) {
			/* translators: %s: how many. */
			$text = sprintf( _n( '%s picture is being made fresh in every cache.', '%s pictures are being made fresh in every cache.', $done, 'freshet' ), number_format_i18n( $done ) );
			echo '<div class="notice notice-success is-dismissible"><p>' . esc_html( $text ) . '</p></div>';
		}
		if ( $refused ) {
			/* translators: %s: how many. */
			$text = sprintf( _n( '%s file was left alone: it is no picture of the uploads folder, or not yours to change.', '%s files were left alone: they are no pictures of the uploads folder, or not yours to change.', $refused, 'freshet' ), number_format_i18n( $refused ) );
			echo '<div class="notice notice-warning is-dismissible"><p>' . esc_html( $text ) . '</p></div>';
		}
	}

	/** @param mixed $args WordPress's. */
	public function forget_result( $args ): array {
		return array_merge( (array) $args, [ self::DONE, self::REFUSED ] );
	}

	/** Whether this user may refresh this attachment. */
	public function may( int $id ): bool {
		return $this->settings->is_active() && wp_attachment_is_image( $id ) && current_user_can( 'edit_post', $id );
	}

	/** The link that refreshes one picture. Not escaped. */
	public static function address( int $id ): string {
		return add_query_arg( [ 'action' => self::ACTION, 'id' => $id, '_wpnonce' => wp_create_nonce( self::ACTION . "_$id" ) ], admin_url( 'admin-post.php' ) );
	}
}
