<?php
/**
 * What pages do while pictures cannot be delivered. Two things, neither of which writes anything into an image's attributes:
 *
 * - The schedule asks for one picture every few minutes. After two failures in a row, pages carry originals until one
 *   succeeds: pages that are made during an outage have nothing that could break.
 * - Pages that were made before carry one small script that hears of pictures which did not load, and shows the original
 *   instead. It listens on the document, before anything loads, so that it also serves what is inserted later.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Outage {
	const STATE    = 'freshet_delivery';
	const FAILURES = 2;
	const TRIES    = 2;

	/** Printed into pages; see there. */
	const SCRIPT = __DIR__ . '/../assets/fallback.js';

	private Freshet_Settings $settings;

	/** @var callable():Freshet_Connection No page needs it. */
	private $connection;

	public function __construct( Freshet_Settings $settings, callable $connection ) {
		$this->settings   = $settings;
		$this->connection = $connection;
	}

	public function listen(): void {
		add_action( Freshet_Plugin::CRON, [ $this, 'look' ], 5 );
		add_action( 'freshet_page_begins', [ $this, 'listen_to_page' ] );
	}

	public function listen_to_page(): void {
		add_action( 'wp_head', [ $this, 'show_hint' ], 2 );
		if ( $this->settings->saved()['fallback'] ) {
			add_action( 'wp_head', [ $this, 'show_script' ], 0 );
		}
	}

	/** Whether delivery is known to fail, so that pages carry originals. */
	public function is_known(): bool {
		$state = $this->state();
		return $this->settings->saved()['fallback'] && $state['endpoint'] === $this->settings->endpoint() && $state['failures'] >= self::FAILURES;
	}

	/**
	 * What the schedule last found.
	 *
	 * @return array{endpoint:string,failures:int,since:int,sentence:string} `since` is when the failures began.
	 */
	public function state(): array {
		$state = get_option( self::STATE );
		return ( is_array( $state ) ? $state : [] ) + [ 'endpoint' => '', 'failures' => 0, 'since' => 0, 'sentence' => '' ];
	}

	/** Asks for one picture. Whatever the picture itself lacks is no outage; a server that is away or broken is one. */
	public function look(): void {
		if ( ! $this->settings->rewrites() || ! $this->settings->saved()['fallback'] ) {
			return;
		}
		for ( $try = 1; $try <= self::TRIES; $try++ ) {
			$found = ( $this->connection )()->deliver( 5 );
			if ( ! $found['is_outage'] ) {
				$this->note( 0, '' );
				return;
			}
		}
		$this->note( $this->state()['failures'] + 1, $found['sentence'] );
	}

	/** Whoever tests the connection and finds it well should not have to wait for the schedule. */
	public function forget(): void {
		$this->note( 0, '' );
	}

	/** Inside the page: a file of its own would come too late, and from a host that may be down as well. */
	public function show_script(): void {
		$script = preg_replace( '~^/\*.*?\*/\s*~s', '', (string) file_get_contents( self::SCRIPT ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a file of this plugin.
		wp_print_inline_script_tag( rtrim( $script, "\n;" ) . '(' . wp_json_encode( $this->settings->endpoint() . '/v7/', JSON_UNESCAPED_SLASHES | JSON_HEX_TAG ) . ');' );
	}

	/**
	 * Lets browsers connect to the delivery host before they meet its first picture. By hand, where WordPress prints its own:
	 * wp_resource_hints() takes the port out of every address.
	 */
	public function show_hint(): void {
		$endpoint = wp_parse_url( $this->settings->endpoint() );
		$home     = wp_parse_url( home_url() );
		$is_ours  = ( $endpoint['host'] ?? '' ) === ( $home['host'] ?? '' ) && ( $endpoint['port'] ?? 0 ) === ( $home['port'] ?? 0 );
		if ( isset( $endpoint['scheme'], $endpoint['host'] ) && ! $is_ours && $this->settings->saved()['preconnect'] ) {
			$origin = $endpoint['scheme'] . '://' . $endpoint['host'] . ( isset( $endpoint['port'] ) ? ":{$endpoint['port']}" : '' );
			printf( "<link rel='preconnect' href='%s' />\n", esc_url( $origin, [ 'http', 'https' ] ) );
		}
	}

	private function note( int $failures, string $sentence ): void {
		$old = $this->state();
		$new = [
			'endpoint' => $this->settings->endpoint(),
			'failures' => $failures,
			'since'    => 0 === $failures ? 0 : ( $old['since'] ?: time() ),
			'sentence' => $sentence,
		];
		if ( 0 === $failures && 0 === $old['failures'] ) {
			return;
		}
		update_option( self::STATE, $new );
	}
}
