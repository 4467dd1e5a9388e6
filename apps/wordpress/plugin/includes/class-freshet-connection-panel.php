<?php
/**
 * The connection test on the settings page: a button, and what the last press of it found. Works without scripts.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Connection_Panel {
	const ACTION = 'freshet_test';
	const FOUND  = 'freshet_found_'; // And the user's id.

	private Freshet_Settings $settings;
	private Freshet_Connection $connection;
	private Freshet_Outage $outage;

	public function __construct( Freshet_Settings $settings, Freshet_Connection $connection, Freshet_Outage $outage ) {
		$this->settings   = $settings;
		$this->connection = $connection;
		$this->outage     = $outage;
	}

	public function listen(): void {
		add_action( 'admin_post_' . self::ACTION, [ $this, 'test' ] );
	}

	/** Tries everything, keeps what was found for the person who asked, and goes back to the page. */
	public function test(): void {
		check_admin_referer( self::ACTION );
		if ( ! current_user_can( Freshet_Settings_Page::CAPABILITY ) ) {
			wp_die( esc_html__( 'You may not do this.', 'freshet' ), '', [ 'response' => 403 ] );
		}
		$found = $this->connection->test();
		if ( 'good' === $found['delivery']['state'] ) {
			$this->outage->forget();
		}
		set_transient( self::FOUND . get_current_user_id(), $found, 5 * MINUTE_IN_SECONDS );
		wp_safe_redirect( Freshet_Settings_Page::address() . '#freshet-connection' );
		exit;
	}

	public function show(): void {
		echo '<h2 id="freshet-connection">' . esc_html__( 'Connection', 'freshet' ) . '</h2>';
		$outage = $this->outage->state();
		if ( $this->outage->is_known() ) {
			/* translators: 1: how long, such as "5 minutes", 2: what is wrong. */
			self::show_notice( 'critical', sprintf( __( 'For %1$s pages have carried originals, because no picture was delivered. %2$s', 'freshet' ), human_time_diff( $outage['since'] ), $outage['sentence'] ) );
		}
		$key   = self::FOUND . get_current_user_id();
		$found = get_transient( $key );
		if ( is_array( $found ) ) {
			delete_transient( $key );
			foreach ( $found as $finding ) {
				self::show_notice( $finding['state'], $finding['sentence'] );
			}
		}
		echo '<p>' . esc_html__( 'Fetches a picture through Freshet, sends the connector a message without events, and asks this site what the connector would ask. Save changes first.', 'freshet' ) . '</p>';
		echo '<form action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" method="post"><input type="hidden" name="action" value="' . esc_attr( self::ACTION ) . '">';
		wp_nonce_field( self::ACTION );
		submit_button( __( 'Test the connection', 'freshet' ), 'secondary', 'test', false );
		echo '</form>';
	}

	private static function show_notice( string $state, string $sentence ): void {
		$kinds = [ 'good' => 'success', 'recommended' => 'warning', 'critical' => 'error' ];
		printf( '<div class="notice notice-%s inline"><p>%s</p></div>', esc_attr( $kinds[ $state ] ?? 'info' ), esc_html( $sentence ) );
	}
}
