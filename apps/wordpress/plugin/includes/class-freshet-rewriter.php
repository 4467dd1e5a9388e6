<?php
/**
 * Gives the pictures of a finished page their delivery URLs. Works on the output, so that neither the database nor the editor
 * ever sees one.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Rewriter {
	/** Visual editors show the page inside themselves and save what they see; these parameters are how they ask for it. */
	const EDITORS = [ 'elementor-preview', 'fl_builder', 'et_fb', 'ct_builder', 'bricks', 'breakdance', 'vc_editable', 'vcv-editable', 'tve', 'canvas', 'oxygen_iframe', 'brizy-edit', 'brizy-edit-iframe', 'zn_pb_edit', 'wp_theme_preview' ];

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;
	private Freshet_Files $files;
	private Freshet_Outage $outage;

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Files $files, Freshet_Outage $outage ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
		$this->files    = $files;
		$this->outage   = $outage;
	}

	public function listen(): void {
		// Not called for admin, REST, AJAX or cron: those never load a template.
		add_action( 'template_redirect', [ $this, 'begin' ], -1000 );
	}

	/** Whether what visitors get now should carry delivery URLs. */
	public function is_on(): bool {
		return $this->settings->rewrites() && $this->uploads->is_local() && ! $this->outage->is_known() && ! is_customize_preview() && ! $this->is_editing();
	}

	/** Arranges for the page to pass through rewrite() when it is finished. */
	public function begin(): void {
		if ( ! $this->is_on() || is_admin() || is_feed() || is_robots() || is_trackback() || is_embed() ) {
			return;
		}
		/** Pages of this request get delivery URLs. */
		do_action( 'freshet_page_begins' );
		if ( function_exists( 'wp_should_output_buffer_template_for_enhancement' ) ) {
			add_filter( 'wp_template_enhancement_output_buffer', [ $this, 'rewrite' ], 1000 );
		} else {
			ob_start( [ $this, 'rewrite_buffer' ] );
		}
	}

	/**
	 * A page, or a piece of one, with delivery URLs; rewriting it again changes nothing.
	 *
	 * @param mixed $html Anything; only a text is looked at.
	 * @return mixed
	 */
	public function rewrite( $html ) {
		try {
			$pictures = new Freshet_Pictures( $this->settings, $this->uploads, $this->files );
			if ( ! is_string( $html ) || ! $pictures->learn( $html ) ) {
				return $html; // Nothing of ours.
			}
			return ( new Freshet_Document( $pictures, $this->settings ) )->rewrite( $html );
		} catch ( Throwable $error ) {
			// A page without delivery URLs is a page; an error here must not take it away.
			error_log( 'Freshet left a page as it was: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return $html;
		}
	}

	/** The same, for PHP's own output buffer, which also sees what is not HTML. */
	public function rewrite_buffer( string $output ): string {
		foreach ( headers_list() as $header ) {
			if ( 0 === stripos( $header, 'content-type:' ) && false === stripos( $header, 'html' ) ) {
				return $output;
			}
		}
		return $this->rewrite( $output );
	}


	/**
	 * URLs and lists of candidates that stand alone, with one look at all of them.
	 *
	 * @param array<array-key,mixed> $values What is no text stays as it is.
	 * @return array<array-key,mixed> With the same keys.
	 */
	public function rewrite_urls( array $values ): array {
		try {
			$pictures = new Freshet_Pictures( $this->settings, $this->uploads, $this->files );
			if ( ! $pictures->learn( implode( ' ', array_filter( $values, 'is_string' ) ) ) ) {
				return $values;
			}
			foreach ( $values as $key => $value ) {
				if ( is_string( $value ) ) {
					$values[ $key ] = ( preg_match( '/\s/', trim( $value ) ) ? $pictures->set( $value ) : $pictures->url( $value ) ) ?? $value;
				}
			}
		} catch ( Throwable $error ) {
			error_log( 'Freshet left URLs as they were: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		}
		return $values;
	}

	private function is_editing(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification -- read only, and only to do less.
		return [] !== array_intersect_key( array_flip( self::EDITORS ), $_GET );
	}
}
