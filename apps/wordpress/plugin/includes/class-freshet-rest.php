<?php
/**
 * What the connector may ask: events, files, status, a slice of the walk; and what it may tell: what became of events. Each
 * request is signed with the shared secret; no WordPress user is needed, because application passwords and the
 * Authorization header are missing on many sites.
 *
 * The signed text is `<METHOD> <route>[?<query as sent, without rest_route>]`, whatever spelling of the address is used,
 * and where there is a body a line feed and the body. What changes something here is taken once: its message id is kept for
 * as long as its signature holds.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Rest {
	const SPACE     = 'freshet/v1';
	const MAX_LIMIT = 500;

	/** How many events the connector is asked about at once. */
	const MAX_UNSETTLED = 100;

	/** When the connector asked for events last, and after which number. */
	const HEARD = 'freshet_heard';

	/** Ids of the messages that were taken lately. */
	const TAKEN = 'freshet_messages';

	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;
	private Freshet_Scanner $scanner;
	private Freshet_Uploads $uploads;
	private Freshet_File_Table $table;
	private Freshet_Watcher $watcher;

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox, Freshet_Scanner $scanner, Freshet_Uploads $uploads, Freshet_File_Table $table, Freshet_Watcher $watcher ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
		$this->scanner  = $scanner;
		$this->uploads  = $uploads;
		$this->table    = $table;
		$this->watcher  = $watcher;
	}

	public function listen(): void {
		add_action( 'rest_api_init', [ $this, 'register' ] );
	}

	public function register(): void {
		$this->route( '/events', 'GET', 'events', [ 'after' => self::number( 0, PHP_INT_MAX ), 'limit' => self::number( 100, self::MAX_LIMIT, 1 ) ] );
		$this->route( '/status', 'GET', 'status', [] );
		$this->route( '/files', 'GET', 'files', [ 'after' => self::number( 0, PHP_INT_MAX ), 'limit' => self::number( 100, self::MAX_LIMIT, 1 ) ] );
		$this->route( '/outcomes', 'POST', 'outcomes', [ 'outcomes' => self::outcomes_schema() ] );
		$this->route( '/refresh', 'POST', 'refresh', [ 'id' => [ 'type' => 'integer', 'minimum' => 1, 'required' => true ] ] );
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
		$this->outbox->acknowledge( $after );
		$this->hear( $after );
		return self::answer(
			[
				'site'      => Freshet_Push::site(),
				'head'      => $this->outbox->head(),
				'events'    => $this->outbox->after( $after, (int) $request['limit'] ),
				'unsettled' => $this->outbox->unsettled( self::MAX_UNSETTLED ),
			]
		);
	}

	/** Attachments by id with what their files are now, for whoever compares everything. */
	public function files( WP_REST_Request $request ): WP_REST_Response {
		$slice = $this->scanner->census( (int) $request['after'], (int) $request['limit'] );
		$rows  = $this->table->rows( array_merge( [], ...array_values( $slice['attachments'] ) ) );
		$all   = [];
		foreach ( $slice['attachments'] as $id => $paths ) {
			$files = [];
			foreach ( $paths as $path ) {
				$row     = $rows[ $path ] ?? null;
				$is_read = $row && 'known' === $row['state'];
				if ( $row && 'gone' !== $row['state'] ) {
					$files[] = [
						'url'     => $this->uploads->url_of( $path ),
						'sha256'  => $is_read ? $row['sha256'] : null,
						'version' => $is_read ? $row['vh'] : null,
						'size'    => $row['size'],
						'mtime'   => $row['mtime'],
					];
				}
			}
			$all[] = [ 'id' => $id, 'files' => $files ];
		}
		return self::answer( [ 'site' => Freshet_Push::site(), 'attachments' => $all, 'next' => $slice['next'], 'head' => $this->outbox->head() ] );
	}

	/** What became of events. */
	public function outcomes( WP_REST_Request $request ): WP_REST_Response {
		$taken = 0;
		foreach ( $request['outcomes'] as $told ) {
			$at     = strtotime( $told['at'] );
			$taken += (int) $this->outbox->settle(
				[
					'event'        => $told['event'],
					'outcome'      => $told['state'],
					'at'           => $at ? min( $at, time() + Freshet_Signature::TOLERANCE_SECONDS ) : time(),
					'invalidation' => substr( implode( ' ', array_slice( $told['invalidations'] ?? [], 0, 6 ) ), 0, 255 ),
					'remark'       => mb_substr( wp_strip_all_tags( $told['remark'] ?? '', true ), 0, 250 ),
				]
			);
		}
		return self::answer( [ 'site' => Freshet_Push::site(), 'taken' => $taken ] );
	}

	/** Tells every file of an attachment again. */
	public function refresh( WP_REST_Request $request ) {
		if ( ! $this->watcher->refresh( (int) $request['id'] ) ) {
			return new WP_Error( 'freshet_nothing_to_refresh', __( 'There is no picture of this number in the uploads folder of this site.', 'freshet' ), [ 'status' => 404 ] );
		}
		return self::answer( [ 'site' => Freshet_Push::site(), 'head' => $this->outbox->head() ] );
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
		if ( $genuine && 'GET' !== $request->get_method() && $this->is_repeated( (string) $request->get_header( 'webhook-id' ) ) ) {
			return new WP_Error( 'freshet_message_repeated', __( 'This message was taken before. Sign a new one.', 'freshet' ), [ 'status' => 409 ] );
		}
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
		$body = (string) $request->get_body();
		return $request->get_method() . ' ' . $request->get_route() . ( $query ? '?' . implode( '&', $query ) : '' ) . ( '' === $body ? '' : "\n$body" );
	}

	/**
	 * Whether a message with this id came before, within the time in which its signature holds. One option for all of them,
	 * pruned as it is written: a site is told something every few seconds at most.
	 */
	private function is_repeated( string $id ): bool {
		$taken = get_option( self::TAKEN );
		$taken = array_filter(
			is_array( $taken ) ? $taken : [],
			static function ( $at ): bool {
				return $at > time() - 2 * Freshet_Signature::TOLERANCE_SECONDS;
			}
		);
		$name  = md5( $id );
		if ( isset( $taken[ $name ] ) ) {
			return true;
		}
		update_option( self::TAKEN, [ $name => time() ] + $taken, false );
		return false;
	}

	/** Keeps when the connector was here; once a minute is enough for a person. */
	private function hear( int $after ): void {
		$heard = get_option( self::HEARD );
		if ( ! is_array( $heard ) || $heard['at'] < time() - MINUTE_IN_SECONDS ) {
			update_option( self::HEARD, [ 'at' => time(), 'after' => $after ], false );
		}
	}

	private static function outcomes_schema(): array {
		return [
			'type'     => 'array',
			'required' => true,
			'maxItems' => self::MAX_LIMIT,
			'items'    => [
				'type'       => 'object',
				'properties' => [
					'event'         => [ 'type' => 'string', 'pattern' => '^evt_[0-9a-f]{32}$', 'required' => true ],
					'state'         => [ 'type' => 'string', 'enum' => Freshet_Journal::OUTCOMES, 'required' => true ],
					'at'            => [ 'type' => 'string', 'maxLength' => 40, 'required' => true ],
					'invalidations' => [ 'type' => 'array', 'items' => [ 'type' => 'string', 'pattern' => '^[A-Za-z0-9-]{1,64}$' ] ],
					'remark'        => [ 'type' => [ 'string', 'null' ] ],
				],
			],
		];
	}

	private static function answer( array $body ): WP_REST_Response {
		return new WP_REST_Response( $body, 200, [ 'Cache-Control' => 'no-store' ] );
	}

	/** @return array A number of the query. */
	private static function number( int $default, int $maximum, int $minimum = 0 ): array {
		return [ 'type' => 'integer', 'default' => $default, 'minimum' => $minimum, 'maximum' => $maximum ];
	}
}
