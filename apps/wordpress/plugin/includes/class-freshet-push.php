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

	/** After a failure nothing is tried for this long: visitors must not wait for a connector that is down. */
	const PAUSE_SECONDS = 60;

	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;
	private bool $wanted = false;

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
	}

	public function listen(): void {
		add_action( 'freshet_changes_recorded', [ $this, 'want' ] );
		// After whatever may store an event.
		add_action( 'shutdown', [ $this, 'after_answer' ], 1000 );
	}

	/** There is something to send at the end of this request. */
	public function want(): void {
		$this->wanted = true;
	}

	public function after_answer(): void {
		if ( ! $this->wanted || '' === $this->settings->connector() ) {
			return;
		}
		$this->wanted = false;
		Freshet_Answer::send();
		$this->send_due();
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
		} while ( $this->send( $connector, $claimed ) && count( $claimed ) === self::BATCH );
		return ! $this->state()['error'];
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

	private function send( string $connector, array $claimed ): bool {
		$body    = wp_json_encode( [ 'site' => self::site(), 'events' => array_column( array_values( $claimed ), 'event' ) ], JSON_UNESCAPED_SLASHES );
		$headers = Freshet_Signature::headers( $this->settings->secret(), 'msg_' . bin2hex( random_bytes( 16 ) ), time(), $body );
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
