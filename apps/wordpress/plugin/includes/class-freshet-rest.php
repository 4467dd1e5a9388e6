<?php
/**
 * What the connector may ask: events, status, and a slice of the walk. Each request is signed with the shared secret; no
 * WordPress user is needed, because application passwords and the Authorization header are missing on many sites.
 *
 * The signed text is `<METHOD> <route>[?<query as sent, without rest_route>]`, whatever spelling of the address is used.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Rest {
	const SPACE     = 'freshet/v1';
	const MAX_LIMIT = 500;

	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;
	private Freshet_Scanner $scanner;

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox, Freshet_Scanner $scanner ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
		$this->scanner  = $scanner;
	}

	public function listen(): void {
		add_action( 'rest_api_init', [ $this, 'register' ] );
	}

	public function register(): void {
		$this->route( '/events', 'GET', 'events', [ 'after' => self::number( 0, PHP_INT_MAX ), 'limit' => self::number( 100, self::MAX_LIMIT, 1 ) ] );
		$this->route( '/status', 'GET', 'status', [] );
		$this->route(
			'/scan',
			'POST',
			'scan',
			[
				'after' => [ 'type' => 'string', 'pattern' => '^([0-9a-f]{40})?$', 'default' => '' ],
				'limit' => self::number( Freshet_Scanner::SLICE, 5000, 1 ),
			]
		);
	}

	public function events( WP_REST_Request $request ): WP_REST_Response {
		$after = (int) $request['after'];
		return self::answer(
			[
				'site'   => Freshet_Push::site(),
				'head'   => $this->outbox->head(),
				'events' => $this->outbox->after( $after, (int) $request['limit'] ),
			]
		);
	}

	public function status(): WP_REST_Response {
		return self::answer(
			[
				'site'      => Freshet_Push::site(),
				'plugin'    => FRESHET_VERSION,
				'wordpress' => get_bloginfo( 'version' ),
				'php'       => PHP_VERSION,
				'head'      => $this->outbox->head(),
				'pending'   => $this->outbox->pending(),
			]
		);
	}

	public function scan( WP_REST_Request $request ): WP_REST_Response {
		return self::answer( $this->scanner->scan( (string) $request['after'], (int) $request['limit'] ) + [ 'head' => $this->outbox->head() ] );
	}

	/**
	 * Whether the connector sent this.
	 *
	 * @return true|WP_Error
	 */
	public function is_signed( WP_REST_Request $request ) {
		$genuine = Freshet_Signature::verify(
			$this->settings->accepted_secrets(),
			(string) $request->get_header( 'webhook-id' ),
			(string) $request->get_header( 'webhook-timestamp' ),
			(string) $request->get_header( 'webhook-signature' ),
			self::signed_text( $request ),
			time()
		);
		return $genuine ? true : new WP_Error(
			'freshet_signature_wrong',
			__( 'The signature is missing, wrong or more than five minutes off. Check that both sides hold the same secret and that their clocks agree.', 'freshet' ),
			[ 'status' => 401 ]
		);
	}

	private function route( string $path, string $method, string $callback, array $args ): void {
		register_rest_route(
			self::SPACE,
			$path,
			[
				'methods'             => $method,
				'callback'            => [ $this, $callback ],
				'permission_callback' => [ $this, 'is_signed' ],
				'args'                => $args,
				'show_in_index'       => false,
			]
		);
	}

	private static function signed_text( WP_REST_Request $request ): string {
		$query = [];
		foreach ( $request->get_query_params() as $name => $value ) {
			if ( 'rest_route' !== $name && is_scalar( $value ) ) {
				$query[] = rawurlencode( (string) $name ) . '=' . rawurlencode( (string) $value );
			}
		}
		return $request->get_method() . ' ' . $request->get_route() . ( $query ? '?' . implode( '&', $query ) : '' );
	}

	private static function answer( array $body ): WP_REST_Response {
		return new WP_REST_Response( $body, 200, [ 'Cache-Control' => 'no-store' ] );
	}

	private static function number( int $default, int $maximum, int $minimum = 0 ): array {
		return [ 'type' => 'integer', 'default' => $default, 'minimum' => $minimum, 'maximum' => $maximum ];
	}
}
