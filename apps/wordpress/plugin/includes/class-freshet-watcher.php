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

	/** @var array<int,array{whose:array,paths:string[]}> Attachments of this request, as they were when first noted. */
	private array $noted = [];

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
		add_action( 'shutdown', [ $this, 'act' ], 100 );
	}

	/** @param mixed $id An attachment whose files change in this request. */
	public function note( $id ): void {
		$id = is_numeric( $id ) ? (int) $id : 0;
		if ( $id < 1 || isset( $this->noted[ $id ] ) || ! $this->settings->is_active() ) {
			return;
		}
		if ( count( $this->noted ) >= self::MOST_NOTED ) {
			$this->act();
		}
		$this->noted[ $id ] = [ 'whose' => $this->outbox->describe( $id ), 'paths' => $this->uploads->paths_of_attachment( $id ) ];
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
		foreach ( $noted as $id => $then ) {
			wp_cache_delete( $id, 'post_meta' ); // Another plugin may have written past the cache.
			$paths = array_unique( array_merge( $then['paths'], $this->files->paths_of_attachment( $id ) ) );
			$post  = get_post( $id );
			if ( $post ) {
				$then['whose']['title'] = $post->post_title;
			}
			if ( $paths && $this->uploads->is_local() ) {
				$this->files->look( $paths, 'hook', $then['whose'] );
			}
		}
	}
}
