<?php
/**
 * Notes which attachments WordPress changes, and looks at their files once, at the end of the request: most hooks fire
 * several times for one change, and some fire before the bytes have changed.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Watcher {
	/** A command that walks the whole library should not keep it all in mind until its end. */
	const MOST_NOTED = 50;

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;
	private Freshet_Files $files;
	private Freshet_Outbox $outbox;

	/** Servers of one site do not agree to the second. Telling a file once too often does no harm. */
	const CLOCKS_SECONDS = 5;

	/** Marks an attachment of which the sizes are still to come, or that could not be recorded, with the time it was begun. */
	const UNFINISHED = '_freshet_unfinished';

	/** Who uploads in several requests and never ends is not waited for any longer. */
	const PATIENCE_SECONDS = 600;

	/** @var array<int,array<int,array{whose:array,paths:string[],since:int}>> By blog: attachments of this request, as they were when first noted. */
	private array $noted = [];

	/** @var array<int,array<int,true>> By blog: attachments that this request began and another one finishes. */
	private array $begun = [];

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files, Freshet_Outbox $outbox ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
		$this->files    = $files;
		$this->outbox   = $outbox;
	}

	public function listen(): void {
		// The one filter that sees nearly every change: uploads, edits, restored and regenerated sizes.
		add_filter( 'wp_update_attachment_metadata', [ $this, 'note_filtered' ], PHP_INT_MAX, 2 );
		add_filter( 'update_attached_file', [ $this, 'note_filtered' ], PHP_INT_MAX, 2 );
		// Fires before the files go, while the metadata can still be read.
		add_action( 'delete_attachment', [ $this, 'note' ] );
		// Enable Media Replace: before the new file is there, after it, and when it flushes caches.
		add_action( 'wp_handle_replace', [ $this, 'note_replaced' ] );
		add_action( 'enable-media-replace-upload-done', [ $this, 'note_third' ], 10, 3 );
		add_action( 'emr/cache/flush', [ $this, 'note' ] );
		// WordPress 7.1's editor makes the sizes itself and sends them in requests of their own; the last one writes the metadata.
		add_action( 'rest_after_insert_attachment', [ $this, 'note_begun' ], 10, 3 );
		add_action( 'shutdown', [ $this, 'act' ], 100 );
	}

	/** @param mixed $id An attachment whose files change in this request. */
	public function note( $id ): void {
		$id = is_numeric( $id ) ? (int) $id : 0;
		$blog = get_current_blog_id();
		if ( $id < 1 || isset( $this->noted[ $blog ][ $id ] ) || isset( $this->begun[ $blog ][ $id ] ) || ! $this->settings->is_active() ) {
			return;
		}
		if ( array_sum( array_map( 'count', $this->noted ) ) >= self::MOST_NOTED ) {
			$this->act();
		}
		$this->noted[ $blog ][ $id ] = [ 'whose' => $this->outbox->describe( $id ), 'paths' => $this->files->paths_of_attachment( $id ), 'since' => self::begin() ];
	}

	/**
	 * @param mixed $post     The attachment.
	 * @param mixed $request  A WP_REST_Request.
	 * @param mixed $creating Whether it is new.
	 */
	public function note_begun( $post, $request = null, $creating = false ): void {
		if ( ! $creating || ! $post instanceof WP_Post || ! $request instanceof WP_REST_Request ) {
			return;
		}
		// An older WordPress makes the sizes whatever it is asked.
		$takes = isset( $request->get_attributes()['args']['generate_sub_sizes'] );
		if ( $takes && false === $request['generate_sub_sizes'] && $this->settings->is_active() ) {
			$blog = get_current_blog_id();
			unset( $this->noted[ $blog ][ $post->ID ] );
			$this->begun[ $blog ][ $post->ID ] = true;
			update_post_meta( $post->ID, self::UNFINISHED, self::begin() );
		}
	}

	/**
	 * @param mixed $value Passed on untouched.
	 * @param mixed $id    The attachment.
	 * @return mixed
	 */
	public function note_filtered( $value, $id = 0 ) {
		$this->note( $id );
		return $value;
	}

	/** @param mixed $what Enable Media Replace's array with `post_id`. */
	public function note_replaced( $what ): void {
		$this->note( is_array( $what ) ? ( $what['post_id'] ?? 0 ) : 0 );
	}

	/**
	 * @param mixed $new_url Unused.
	 * @param mixed $old_url Unused.
	 * @param mixed $id      The attachment.
	 */
	public function note_third( $new_url, $old_url = '', $id = 0 ): void {
		$this->note( $id );
	}

	/** Looks at every file the noted attachments had or have. */
	public function act(): void {
		$noted       = $this->noted;
		$this->noted = [];
		foreach ( $noted as $blog => $attachments ) {
			Freshet_Blogs::in(
				$blog,
				function () use ( $attachments ): void {
					foreach ( $this->uploads->is_local() ? $attachments : [] as $id => $then ) {
						$this->look( $id, $then, 'hook' );
					}
				}
			);
		}
	}

	/** Tells every file of an attachment, whether or not its bytes changed: somebody wants all copies made fresh. */
	public function refresh( int $id ): bool {
		if ( ! $this->settings->is_active() || ! $this->uploads->is_local() || 'attachment' !== get_post_type( $id ) ) {
			return false;
		}
		$head = $this->outbox->head();
		$this->look( $id, [ 'whose' => $this->outbox->describe( $id ), 'paths' => [], 'since' => 0 ], 'refresh' );
		return $this->outbox->head() > $head;
	}

	/** Acts on uploads in several requests that were begun and never finished. */
	public function finish_abandoned(): void {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- a walk should not fill the object cache with what it sees once.
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM {$wpdb->postmeta} WHERE meta_key = %s AND meta_value < %d LIMIT 50", self::UNFINISHED, time() - self::PATIENCE_SECONDS ) );
		array_map( [ $this, 'note' ], $ids );
		$this->act();
	}

	private function look( int $id, array $then, string $reason ): void {
		wp_cache_delete( $id, 'post_meta' ); // Another plugin may have written past the cache.
		$paths = array_values( array_unique( array_merge( $then['paths'], $this->files->paths_of_attachment( $id ) ) ) );
		$post  = get_post( $id );
		if ( $post ) {
			$then['whose']['title'] = $post->post_title;
		}
		$begun = (int) get_post_meta( $id, self::UNFINISHED, true );
		$since = $begun ? min( $begun, $then['since'] ) : $then['since'];
		if ( ! $this->files->announce( $paths, $reason, $then['whose'], $since ) ) {
			// Any other look would take a new file for one that was always there. A file that went away is noticed by all.
			if ( 'hook' === $reason && $post ) {
				update_post_meta( $id, self::UNFINISHED, $since );
			}
		} elseif ( $begun ) {
			delete_post_meta( $id, self::UNFINISHED );
		}
	}

	/** When this request began. Until it looks at its files, at its end, any other request may come across them. */
	private static function begin(): int {
		return (int) ( $_SERVER['REQUEST_TIME_FLOAT'] ?? 0 ) - self::CLOCKS_SECONDS;
	}
}
