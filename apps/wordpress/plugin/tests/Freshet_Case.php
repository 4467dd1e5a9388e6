<?php

use PHPUnit\Framework\TestCase;

/**
 * What the tests share: a clean slate, attachments, and the end of a request.
 */
abstract class Freshet_Case extends TestCase {
	const ENDPOINT = 'https://img.example.com';

	protected function setUp(): void {
		global $wpdb;
		foreach ( get_posts( [ 'post_type' => 'attachment', 'post_status' => 'any', 'numberposts' => -1, 'fields' => 'ids' ] ) as $id ) {
			wp_delete_attachment( $id, true );
		}
		$this->end_request();
		array_map( 'unlink', glob( wp_upload_dir()['path'] . '/*.*' ) ); // What editors and tests left behind.
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_files" );
		$wpdb->query( "DELETE FROM {$wpdb->prefix}freshet_outbox" );
		wp_clear_scheduled_hook( Freshet_Plugin::DUE );
		foreach ( [ 'freshet_settings', 'freshet_push', 'freshet_scan', 'freshet_heard', 'freshet_messages' ] as $option ) {
			delete_option( $option );
		}
		update_option( 'freshet_settings', [ 'endpoint' => self::ENDPOINT ] );
		$_SERVER['REQUEST_TIME_FLOAT'] = microtime( true ); // A request of its own; the process is older.
	}

	/** A request that begins so late that whatever was seen until now was seen before it. */
	protected function begin_later_request(): void {
		$_SERVER['REQUEST_TIME_FLOAT'] = microtime( true ) + 60;
	}

	/** The head of the outbox: what a test asks events after. */
	protected function head(): int {
		return freshet()->outbox->head();
	}

	/**
	 * Ends the request and gives the events since.
	 *
	 * @return array[]
	 */
	protected function events( int $after ): array {
		$this->end_request();
		return freshet()->outbox->after( $after, 100 );
	}

	/** Uploads as WordPress does and ends the request. */
	protected function upload( string $name = 'hat.jpg', int $width = 800, int $height = 600, int $seed = 1 ): int {
		$id = $this->attach( $name, $width, $height, $seed );
		$this->end_request();
		return $id;
	}

	/** What happens on `shutdown`, in that order. */
	protected function end_request(): void {
		freshet()->watcher->act();
		freshet()->files->tell();
	}

	protected function attach( string $name, int $width, int $height, int $seed = 1 ): int {
		$folder = wp_upload_dir();
		$file   = $folder['path'] . '/' . wp_unique_filename( $folder['path'], $name );
		$this->draw( $file, $width, $height, $seed );
		$type = wp_check_filetype( $file )['type'];
		$id   = wp_insert_attachment( [ 'post_mime_type' => $type, 'post_title' => pathinfo( $file, PATHINFO_FILENAME ), 'post_status' => 'inherit' ], $file );
		wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $file ) );
		return $id;
	}

	protected function draw( string $file, int $width, int $height, int $seed ): void {
		$image = imagecreatetruecolor( $width, $height );
		imagefill( $image, 0, 0, imagecolorallocate( $image, ( $seed * 37 ) % 256, ( $seed * 91 ) % 256, ( $seed * 13 ) % 256 ) );
		imageline( $image, 0, 0, $width, $seed % $height, imagecolorallocate( $image, 255, 255, 255 ) );
		'.png' === substr( $file, -4 ) ? imagepng( $image, $file ) : imagejpeg( $image, $file, 80 );
	}

	/** Path of an attachment below the uploads folder. */
	protected function path( int $id ): string {
		return get_post_meta( $id, '_wp_attached_file', true );
	}

	protected function file( int $id ): string {
		return freshet()->uploads->file_of( $this->path( $id ) );
	}

	/** @return array<string,?string> URL => version of the files of one event. */
	protected function told( array $event ): array {
		return array_column( $event['files'], 'version', 'url' );
	}

	/** @return string[] Every URL of an attachment. */
	protected function urls( int $id ): array {
		$urls = array_map( [ freshet()->uploads, 'url_of' ], freshet()->uploads->paths_of_attachment( $id ) );
		sort( $urls );
		return $urls;
	}

	protected function version( string $file ): string {
		return 'c' . substr( hash_file( 'sha256', $file ), 0, 12 );
	}
}
