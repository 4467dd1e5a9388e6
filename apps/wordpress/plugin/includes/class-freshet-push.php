<?php
/**
 * Sends waiting events to the connector: after the answer to the visitor, and again from the schedule. Losing a push
 * costs time, never an event: the connector also pulls.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Push {
	const STATE           = 'freshet_push';
	const TIMEOUT_SECONDS = 3;
	const BATCH           = 50;
	const MOST_BYTES      = 500000; // The connector takes twice as much.

	/** After a failure nothing is tried for this long: visitors must not wait for a connector that is down. */
	const PAUSE_SECONDS = 60;

	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;

	/** @var array<int,true> Blogs that have something to send at the end of this request. */
	private array $wanted = [];

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
	}

	public function listen(): void {
		add_action( 'freshet_changes_recorded', [ $this, 'want' ] );
		add_action( Freshet_Plugin::DUE, [ $this, 'send_due' ] );
		// After whatever may store an event.
		add_action( 'shutdown', [ $this, 'after_answer' ], 1000 );
	}

	/** There is something of this blog to send at the end of this request. */
	public function want(): void {
		$this->wanted[ get_current_blog_id() ] = true;
	}

	public function after_answer(): void {
		$wanted       = array_keys( $this->wanted );
		$this->wanted = [];
		foreach ( $wanted as $blog ) {
			Freshet_Blogs::in(
				$blog,
				function (): void {
					if ( '' !== $this->settings->connector() ) {
						Freshet_Answer::send();
						$this->send_due();
					}
				}
			);
		}
	}

	/**
	 * Sends what is due, unless the connector asked us to stop or has just failed.
	 *
	 * @return bool Whether everything that was due is delivered.
	 */
	public function send_due(): bool {
		$connector = $this->settings->connector();
		$state     = $this->state();
		if ( '' === $connector || '' === $this->settings->secret() || $state['stopped_at'] || $state['resume_at'] > time() ) {
			return false;
		}
		do {
			$claimed = $this->outbox->claim( self::BATCH, self::PAUSE_SECONDS );
			if ( ! $claimed ) {
				return true;
			}
			$is_sent = true;
			foreach ( self::parts( $claimed ) as $part ) {
				$is_sent = $is_sent && $this->send( $connector, $part );
			}
		} while ( $is_sent && count( $claimed ) === self::BATCH );
		$this->schedule();
		return ! $this->state()['error'];
	}

	/** Has WordPress's schedule try again when the next event is due; the five-minute tick and the pull come whatever happens. */
	private function schedule(): void {
		$due = $this->outbox->next_due();
		if ( null === $due || $this->state()['stopped_at'] ) {
			return;
		}
		$due     = max( $due, $this->state()['resume_at'], time() + 1 );
		$planned = wp_next_scheduled( Freshet_Plugin::DUE );
		if ( $planned && $planned > time() && $planned <= $due ) {
			return;
		}
		wp_clear_scheduled_hook( Freshet_Plugin::DUE );
		wp_schedule_single_event( $due, Freshet_Plugin::DUE );
	}

	/**
	 * How the last push went.
	 *
	 * @return array{stopped_at:int,resume_at:int,error:string,at:int}
	 */
	public function state(): array {
		$state = get_option( self::STATE );
		return ( is_array( $state ) ? $state : [] ) + [ 'stopped_at' => 0, 'resume_at' => 0, 'error' => '', 'at' => 0 ];
	}

	/** Begins again after a stop or a pause: the settings changed. */
	public function resume(): void {
		delete_option( self::STATE );
		$this->outbox->retry_all();
	}

	/**
	 * Claimed events in parts of which each fits into one request. What is not sent because the part before failed comes
	 * due again by itself.
	 *
	 * @return array[]
	 */
	private static function parts( array $claimed ): array {
		$parts = [];
		$room  = 0;
		foreach ( $claimed as $sequence => $taken ) {
			$size = strlen( wp_json_encode( $taken['event'], JSON_UNESCAPED_SLASHES ) );
			if ( $size > $room ) {
				$parts[] = [];
				$room    = self::MOST_BYTES;
			}
			$parts[ count( $parts ) - 1 ][ $sequence ] = $taken;
			$room                                     -= $size;
		}
		return $parts;
	}

	private function send( string $connector, array $claimed ): bool {
		$body    = wp_json_encode( [ 'site' => self::site(), 'events' => array_column( array_values( $claimed ), 'event' ) ], JSON_UNESCAPED_SLASHES );
		$headers = Freshet_Signature::headers( $this->settings->accepted_secrets(), 'msg_' . bin2hex( random_bytes( 16 ) ), time(), $body );
		// Not wp_safe_remote_post: a self-hosted connector lives on a private address.
		$answer = wp_remote_post(
			"$connector/wordpress/events",
			[
				'body'        => $body,
				'headers'     => $headers + [ 'content-type' => 'application/json' ],
				'timeout'     => self::TIMEOUT_SECONDS,
				'redirection' => 0,
			]
		);
		$status = is_wp_error( $answer ) ? 0 : (int) wp_remote_retrieve_response_code( $answer );
		if ( $status >= 200 && $status < 300 ) {
			$this->outbox->delivered( array_keys( $claimed ) );
			if ( get_option( self::STATE ) ) {
				delete_option( self::STATE );
			}
			return true;
		}
		$retry_after = in_array( $status, [ 429, 503 ], true ) ? self::seconds( (string) wp_remote_retrieve_header( $answer, 'retry-after' ) ) : 0;
		$this->outbox->postpone( $claimed, $retry_after );
		update_option(
			self::STATE,
			[
				'stopped_at' => 410 === $status ? time() : 0,
				'resume_at'  => time() + max( self::PAUSE_SECONDS, $retry_after ),
				'error'      => is_wp_error( $answer ) ? $answer->get_error_message() : "HTTP $status",
				'at'         => time(),
			],
			false
		);
		return false;
	}

	/** How this site calls itself towards the connector: always the same, while home_url() may change with the language. */
	public static function site(): string {
		return untrailingslashit( (string) get_option( 'home' ) );
	}

	/** Retry-After in either of its forms, at most a day. */
	private static function seconds( string $value ): int {
		$seconds = ctype_digit( $value ) ? (int) $value : ( strtotime( $value ) ?: time() ) - time();
		return max( 0, min( DAY_IN_SECONDS, $seconds ) );
	}
}
