<?php
/**
 * Tries each way between this site and its Freshet server as it is really used, and says what is wrong with it and what to do.
 *
 * A finding is `{state, sentence, is_outage}`: state is 'good', 'recommended' (it works, with a remark) or 'critical'; is_outage
 * says that visitors would see no pictures.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Connection {
	const TIMEOUT = 10;

	/** Faults of one picture, of which the others know nothing. */
	const OF_THE_PICTURE = [ 'ORIGINAL_MISSING', 'ORIGINAL_BLOCKED', 'IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE', 'IMAGE_TOO_SLOW', 'FORMAT_NOT_INSTALLED', 'ORIGINAL_TOO_LARGE' ];

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
	}

	/**
	 * Everything that can be tried.
	 *
	 * @return array<string,array{state:string,sentence:string,is_outage:bool}> By what was tried: delivery, connector, rest.
	 */
	public function test(): array {
		$found = [ 'delivery' => $this->deliver( self::TIMEOUT ) ];
		if ( '' !== $this->settings->connector() ) {
			$found['connector'] = $this->connect();
		}
		if ( $this->settings->is_active() ) {
			$found['rest'] = $this->ask_itself();
		}
		return $found;
	}

	/** Asks for a picture as a visitor does. */
	public function deliver( int $timeout ): array {
		$endpoint = $this->settings->endpoint();
		if ( '' === $endpoint ) {
			return self::finding( 'critical', __( 'There is no delivery address yet, so the plugin does nothing. Enter the address of your Freshet server.', 'freshet' ) );
		}
		if ( is_ssl() && 0 === strpos( $endpoint, 'http://' ) ) {
			return self::finding( 'critical', __( 'This site is shown over https, and browsers load no pictures from an http:// address into it. Enter an https:// delivery address.', 'freshet' ) );
		}
		$original = $this->sample();
		$url      = Freshet_Delivery_Url::build( $endpoint, $original, '', 'off' === $this->settings->saved()['responsive'] ? 0 : 64 );
		$answer   = wp_remote_get( $url, [ 'timeout' => $timeout, 'redirection' => 0, 'headers' => [ 'accept' => 'image/webp,image/*' ], 'limit_response_size' => 1048576 ] );
		if ( is_wp_error( $answer ) ) {
			return self::unreachable( $answer, $endpoint, $timeout );
		}
		$status = (int) wp_remote_retrieve_response_code( $answer );
		$code   = (string) wp_remote_retrieve_header( $answer, 'freshet-error' );
		$type   = (string) wp_remote_retrieve_header( $answer, 'content-type' );
		if ( '' !== $code ) {
			return self::finding( 'critical', self::refusal( $code, $status, $original, $endpoint ), ! in_array( $code, self::OF_THE_PICTURE, true ) );
		}
		if ( 200 === $status && '' !== (string) wp_remote_retrieve_header( $answer, 'freshet-stamp' ) && 0 === strpos( $type, 'image/' ) ) {
			/* translators: %s: address of a picture. */
			return self::finding( 'good', sprintf( __( 'Pictures are delivered: Freshet fetched %s and answered with an image.', 'freshet' ), $original ) );
		}
		if ( $status >= 300 && $status < 400 ) {
			/* translators: 1: the address entered, 2: where it leads. */
			return self::finding( 'critical', sprintf( __( '%1$s leads on to %2$s. Enter the address at which Freshet itself answers.', 'freshet' ), $endpoint, (string) wp_remote_retrieve_header( $answer, 'location' ) ), true );
		}
		/* translators: 1: an address, 2: HTTP status, 3: content type. */
		return self::finding( 'critical', sprintf( __( 'Something answers at %1$s, but it is not Freshet: HTTP %2$d, %3$s. Check the address, and what stands in front of Freshet.', 'freshet' ), $endpoint, $status, '' === $type ? __( 'without a type', 'freshet' ) : $type ), true );
	}

	/** Tells the connector of nothing, signed as a change would be. */
	public function connect(): array {
		$connector = $this->settings->connector();
		$secret    = $this->settings->secret();
		if ( '' === $secret ) {
			return self::finding( 'critical', __( 'There is no shared secret yet. Deactivate the plugin and activate it again.', 'freshet' ) );
		}
		$body   = (string) wp_json_encode( [ 'site' => Freshet_Push::site(), 'events' => [] ], JSON_UNESCAPED_SLASHES );
		$sent   = time();
		$answer = wp_remote_post(
			"$connector/wordpress/events",
			[
				'body'        => $body,
				'headers'     => Freshet_Signature::headers( $this->settings->accepted_secrets(), 'msg_' . bin2hex( random_bytes( 16 ) ), $sent, $body ) + [ 'content-type' => 'application/json' ],
				'timeout'     => self::TIMEOUT,
				'redirection' => 0,
			]
		);
		if ( is_wp_error( $answer ) ) {
			return self::unreachable( $answer, $connector, self::TIMEOUT );
		}
		$status = (int) wp_remote_retrieve_response_code( $answer );
		$date   = strtotime( (string) wp_remote_retrieve_header( $answer, 'date' ) );
		if ( 200 === $status ) {
			return self::finding( 'good', __( 'The connector takes what this site tells it.', 'freshet' ) );
		}
		if ( 401 === $status && $date && abs( $date - $sent ) > Freshet_Signature::TOLERANCE_SECONDS ) {
			/* translators: %d: seconds. */
			return self::finding( 'critical', sprintf( __( 'The clocks of this site and of the connector are %d seconds apart; five minutes are allowed. Set the wrong one.', 'freshet' ), abs( $date - $sent ) ) );
		}
		if ( 401 === $status ) {
			return self::finding( 'critical', __( 'The connector refuses the signature. Both sides must hold the same secret: copy the one below into the connector.', 'freshet' ) );
		}
		if ( 410 === $status ) {
			/* translators: %s: address of this site. */
			return self::finding( 'critical', sprintf( __( 'The connector does not know this site. Add %s to connectors.wordpress in its configuration, written exactly so.', 'freshet' ), Freshet_Push::site() ) );
		}
		/* translators: 1: an address, 2: HTTP status. */
		return self::finding( 'critical', sprintf( __( 'Something answers at %1$s, but not as a connector does: HTTP %2$d. Check the address.', 'freshet' ), $connector, $status ) );
	}

	/** Asks this site what the connector asks it: whether the REST API lets signed requests through. */
	public function ask_itself(): array {
		$url    = add_query_arg( 'rest_route', '/freshet/v1/status', Freshet_Push::site() . '/' );
		$text   = 'GET /freshet/v1/status';
		$answer = wp_remote_get(
			$url,
			[
				'headers'   => Freshet_Signature::headers( $this->settings->accepted_secrets(), 'msg_' . bin2hex( random_bytes( 16 ) ), time(), $text ),
				'timeout'   => 5,
				'sslverify' => apply_filters( 'https_local_ssl_verify', false ), // As WordPress asks itself.
			]
		);
		if ( is_wp_error( $answer ) ) {
			/* translators: %s: an error message. */
			return self::finding( 'recommended', sprintf( __( 'This site cannot ask itself, so it is not known whether the connector can ask it, and scheduled work may stand still. The reason: %s', 'freshet' ), $answer->get_error_message() ) );
		}
		$body = json_decode( wp_remote_retrieve_body( $answer ), true );
		if ( isset( $body['head'], $body['plugin'] ) ) {
			return self::finding( 'good', __( 'The connector may ask this site what changed.', 'freshet' ) );
		}
		/* translators: 1: an address, 2: HTTP status. */
		return self::finding( 'critical', sprintf( __( 'The REST API does not let the connector in: %1$s answers HTTP %2$d. A security plugin or a firewall closes it; allow the routes below freshet/v1, which answer only who knows the secret.', 'freshet' ), $url, (int) wp_remote_retrieve_response_code( $answer ) ) );
	}

	/** A picture that visitors may get: the newest of the library, else one that WordPress brings. */
	private function sample(): string {
		$ids = get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_mime_type' => 'image', 'numberposts' => 5, 'fields' => 'ids', 'orderby' => 'ID', 'no_found_rows' => true ] );
		foreach ( $ids as $id ) {
			foreach ( $this->uploads->paths_of_attachment( (int) $id ) as $path ) {
				if ( $this->settings->delivers( $path ) && is_file( $this->uploads->file_of( $path ) ) ) {
					return $this->uploads->url_of( $path );
				}
			}
		}
		return includes_url( 'images/media/default.png' );
	}

	private static function refusal( string $code, int $status, string $original, string $endpoint ): string {
		$host = (string) wp_parse_url( $original, PHP_URL_HOST );
		switch ( $code ) {
			case 'ORIGINAL_NOT_ALLOWED':
				/* translators: %s: a host name. */
				return sprintf( __( 'Freshet answers, but may not fetch pictures from %s. Add that host to origins.allow of its project.', 'freshet' ), $host );
			case 'PROJECT_UNKNOWN':
				/* translators: %s: a host name. */
				return sprintf( __( 'Freshet answers, but none of its projects belongs to %s. Add that host to the hosts of a project.', 'freshet' ), (string) wp_parse_url( $endpoint, PHP_URL_HOST ) );
			case 'ORIGIN_BROKEN':
			case 'ORIGIN_DOWN':
			case 'ORIGIN_SLOW':
				/* translators: %s: address of a picture. */
				return sprintf( __( 'Freshet answers, but could not fetch %s. Can its machine reach this site without a password, past the firewall, by that name?', 'freshet' ), $original );
			case 'ORIGINAL_MISSING':
				/* translators: %s: address of a picture. */
				return sprintf( __( 'Freshet answers, but this site told it that %s does not exist. Does that address show the picture in your browser?', 'freshet' ), $original );
			case 'SIGNATURE_MISSING':
				return __( 'Freshet answers, but its project delivers signed addresses only, and pages cannot hold the salt. Set security.unsigned of the project to allow.', 'freshet' );
			case 'SIZE_NOT_ALLOWED':
				return __( 'Freshet answers, but its project refuses sizes that it does not list. Allow them, or choose below that every file is handed out as it is.', 'freshet' );
		}
		/* translators: 1: permanent code of an error, 2: HTTP status. */
		return sprintf( __( 'Freshet answers with an error: %1$s (HTTP %2$d). Its documentation says what that means.', 'freshet' ), $code, $status );
	}

	private static function unreachable( WP_Error $error, string $address, int $timeout ): array {
		$message = $error->get_error_message();
		$host    = (string) wp_parse_url( $address, PHP_URL_HOST );
		if ( 'http_request_not_executed' === $error->get_error_code() || false !== strpos( $message, 'blocked requests' ) ) {
			/* translators: %s: a host name. */
			return self::finding( 'critical', sprintf( __( 'WP_HTTP_BLOCK_EXTERNAL in wp-config.php keeps this site from asking %s. Add that host to WP_ACCESSIBLE_HOSTS.', 'freshet' ), $host ) );
		}
		$sentences = [
			/* translators: %s: a host name. */
			'/cURL error 6:|getaddrinfo|resolve host/i'   => sprintf( __( 'There is no host of the name %s. Check the spelling, and the DNS.', 'freshet' ), $host ),
			/* translators: %s: an address. */
			'/cURL error 7:|refused/i'                    => sprintf( __( 'Nothing listens at %s. Is Freshet running, and is the port right?', 'freshet' ), $address ),
			/* translators: 1: an address, 2: seconds. */
			'/cURL error 28:|timed out/i'                 => sprintf( __( '%1$s did not answer within %2$d seconds. A firewall between this site and Freshet?', 'freshet' ), $address, $timeout ),
			/* translators: 1: an address, 2: an error message. */
			'/cURL error (?:35|51|58|60):|certificate|SSL/i' => sprintf( __( 'The certificate of %1$s is not trusted: %2$s', 'freshet' ), $address, $message ),
		];
		foreach ( $sentences as $pattern => $sentence ) {
			if ( preg_match( $pattern, $message ) ) {
				return self::finding( 'critical', $sentence, true );
			}
		}
		/* translators: 1: an address, 2: an error message. */
		return self::finding( 'critical', sprintf( __( '%1$s cannot be reached: %2$s', 'freshet' ), $address, $message ), true );
	}

	private static function finding( string $state, string $sentence, bool $is_outage = false ): array {
		return compact( 'state', 'sentence', 'is_outage' );
	}
}
