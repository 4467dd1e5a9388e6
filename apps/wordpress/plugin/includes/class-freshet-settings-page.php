<?php
/**
 * Settings → Freshet.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Settings_Page {
	const PAGE       = 'freshet';
	const CAPABILITY = 'manage_options';
	const SECRET     = 'freshet_secret'; // The form that changes the secret.

	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;
	private Freshet_Push $push;
	private Freshet_Connection_Panel $panel;
	private Freshet_Settings_Fields $fields;

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox, Freshet_Push $push, Freshet_Connection_Panel $panel ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
		$this->push     = $push;
		$this->panel    = $panel;
		$this->fields   = new Freshet_Settings_Fields( $settings );
	}

	public function listen(): void {
		$this->panel->listen();
		add_action( 'admin_menu', [ $this, 'add_page' ] );
		add_action( 'admin_init', [ $this, 'register' ] );
		add_action( 'admin_post_' . self::SECRET, [ $this, 'change_secret' ] );
		add_filter( 'pre_update_option_' . Freshet_Settings::OPTION, [ $this, 'begin_again' ] );
		add_filter( 'plugin_action_links_' . plugin_basename( FRESHET_FILE ), [ $this, 'add_link' ] );
	}

	public function add_page(): void {
		add_options_page( __( 'Freshet', 'freshet' ), __( 'Freshet', 'freshet' ), self::CAPABILITY, self::PAGE, [ $this, 'show' ] );
	}

	/** @param mixed $links WordPress's. */
	public function add_link( $links ): array {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( self::address() ), esc_html__( 'Settings', 'freshet' ) );
		return array_merge( [ $link ], (array) $links );
	}

	public function register(): void {
		register_setting(
			self::PAGE,
			Freshet_Settings::OPTION,
			[ 'type' => 'object', 'sanitize_callback' => [ $this, 'sanitize' ], 'show_in_rest' => false ]
		);
		$this->fields->register( self::PAGE );
	}

	/** @param mixed $sent Anything. */
	public function sanitize( $sent ): array {
		return $this->fields->sanitize( $sent );
	}

	/**
	 * Saving is also how the owner says "try again", whether or not a value changed.
	 *
	 * @param mixed $value Passed on untouched.
	 * @return mixed
	 */
	public function begin_again( $value ) {
		$this->push->resume();
		return $value;
	}

	public function show(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			return;
		}
		echo '<div class="wrap"><h1>' . esc_html( get_admin_page_title() ) . '</h1><form action="options.php" method="post">';
		settings_fields( self::PAGE );
		do_settings_sections( self::PAGE );
		submit_button();
		echo '</form>';
		$this->panel->show();
		$this->show_secret();
		$this->show_state();
		echo '</div>';
	}

	/** Replaces the secret, or forgets the one before. */
	public function change_secret(): void {
		check_admin_referer( self::SECRET );
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_die( esc_html__( 'You may not change this.', 'freshet' ), '', [ 'response' => 403 ] );
		}
		if ( isset( $_POST['forget'] ) ) {
			$this->settings->forget_previous_secret();
		} else {
			$this->settings->rotate_secret();
		}
		$this->push->resume();
		wp_safe_redirect( self::address() );
		exit;
	}

	private function show_secret(): void {
		echo '<h2>' . esc_html__( 'Shared secret', 'freshet' ) . '</h2>';
		if ( $this->settings->is_constant( 'FRESHET_SECRET' ) ) {
			/* translators: %s: name of a PHP constant. */
			echo '<p>' . esc_html( sprintf( __( 'Set by %s in wp-config.php.', 'freshet' ), 'FRESHET_SECRET' ) ) . '</p>';
			return;
		}
		echo '<p>' . esc_html__( 'Give this to the connector. Both sides sign with it what they tell each other.', 'freshet' ) . '</p>';
		printf( '<p><input type="text" class="large-text code" readonly autocomplete="off" value="%s"></p>', esc_attr( $this->settings->secret() ) );
		echo '<form action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" method="post"><input type="hidden" name="action" value="' . esc_attr( self::SECRET ) . '">';
		wp_nonce_field( self::SECRET );
		submit_button( __( 'Make a new secret', 'freshet' ), 'secondary', 'rotate', false );
		if ( $this->settings->has_previous_secret() ) {
			echo ' ';
			submit_button( __( 'Stop accepting the one before', 'freshet' ), 'secondary', 'forget', false );
		}
		echo '</form>';
	}

	private function show_state(): void {
		$state = $this->push->state();
		echo '<h2>' . esc_html__( 'Events', 'freshet' ) . '</h2>';
		/* translators: 1: number of the newest event, 2: how many events wait. */
		echo '<p>' . esc_html( sprintf( __( 'Newest event: %1$d. Not pushed yet: %2$d.', 'freshet' ), $this->outbox->head(), $this->outbox->pending() ) ) . '</p>';
		if ( $state['stopped_at'] ) {
			echo '<div class="notice notice-error inline"><p>' . esc_html__( 'The connector does not know this site any more, so nothing is pushed. Add the site to the connector, then save these settings.', 'freshet' ) . '</p></div>';
		} elseif ( $state['error'] ) {
			/* translators: %s: an error message. */
			echo '<div class="notice notice-warning inline"><p>' . esc_html( sprintf( __( 'The last push failed: %s. It is repeated by itself.', 'freshet' ), $state['error'] ) ) . '</p></div>';
		}
	}

	public static function address(): string {
		return admin_url( 'options-general.php?page=' . self::PAGE );
	}
}
