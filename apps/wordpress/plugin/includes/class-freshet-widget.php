<?php
/**
 * The dashboard's box: what is on its way, and what happened last.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Widget {
	const CAPABILITY = 'manage_options';
	const NEWEST     = 5;

	private Freshet_Settings $settings;
	private Freshet_Journal $journal;
	private Freshet_Push $push;

	public function __construct( Freshet_Settings $settings, Freshet_Journal $journal, Freshet_Push $push ) {
		$this->settings = $settings;
		$this->journal  = $journal;
		$this->push     = $push;
	}

	public function listen(): void {
		add_action( 'wp_dashboard_setup', [ $this, 'add' ] );
	}

	public function add(): void {
		if ( current_user_can( self::CAPABILITY ) ) {
			wp_add_dashboard_widget( 'freshet', __( 'Freshet', 'freshet' ), [ $this, 'show' ] );
		}
	}

	public function show(): void {
		if ( ! $this->settings->is_active() ) {
			echo '<p>' . esc_html__( 'Nothing is delivered yet: no delivery address is set.', 'freshet' ) . '</p>';
			$this->show_link();
			return;
		}
		$backlog = $this->journal->backlog();
		$counts  = [
			__( 'waiting to be sent', 'freshet' )  => $backlog['waiting'],
			__( 'being made fresh', 'freshet' )    => max( 0, $backlog['open'] - $backlog['waiting'] ),
			__( 'pictures failed', 'freshet' )     => $backlog['failed'],
		];
		echo '<div class="freshet-counts">';
		foreach ( $counts as $what => $count ) {
			echo '<div><b>' . esc_html( number_format_i18n( $count ) ) . '</b>' . esc_html( $what ) . '</div>';
		}
		echo '</div>';
		if ( $backlog['oldest'] ) {
			/* translators: %s: how long ago. */
			echo '<p>' . esc_html( sprintf( __( 'The oldest of them happened %s.', 'freshet' ), Freshet_Words::ago( $backlog['oldest'] ) ) ) . '</p>';
		}
		$state = $this->push->state();
		if ( $state['error'] ) {
			/* translators: %s: an error message. */
			echo '<div class="notice notice-warning inline"><p>' . esc_html( sprintf( __( 'The last push failed: %s', 'freshet' ), $state['error'] ) ) . '</p></div>';
		}
		$this->show_newest();
		$this->show_link();
	}

	private function show_newest(): void {
		$entries = $this->journal->events( 'all', self::NEWEST );
		if ( ! $entries ) {
			echo '<p>' . esc_html__( 'No picture has changed yet.', 'freshet' ) . '</p>';
			return;
		}
		_prime_post_caches( array_filter( array_column( $entries, 'attachment' ) ), false, false );
		echo '<table class="widefat striped freshet-history"><tbody>';
		foreach ( $entries as $entry ) {
			$post  = $entry['attachment'] ? get_post( $entry['attachment'] ) : null;
			$title = $post ? $post->post_title : __( '(deleted or no attachment)', 'freshet' );
			$link  = $post ? get_edit_post_link( $post ) : '';
			echo '<tr><td>' . ( $link ? '<a href="' . esc_url( $link ) . '">' . esc_html( $title ) . '</a>' : esc_html( $title ) );
			echo '<br><span class="freshet-when">' . esc_html( Freshet_Words::reason( $entry ) ) . '</span></td><td>' . wp_kses_post( Freshet_Words::badge( $entry ) ) . '</td></tr>';
		}
		echo '</tbody></table>';
	}

	private function show_link(): void {
		printf( '<p><a href="%s">%s</a></p>', esc_url( admin_url( 'options-general.php?page=' . Freshet_Settings_Page::PAGE ) ), esc_html__( 'Settings', 'freshet' ) );
	}
}
