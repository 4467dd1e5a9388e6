<?php
/**
 * What the site owner decided. Constants in wp-config.php win over what was saved in the admin.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Settings {
	const OPTION  = 'freshet_settings';
	const SECRETS = 'freshet_secrets';

	/** File name extensions by the format that the owner can switch on and off. */
	const FORMATS = [
		'jpeg' => [ 'jpg', 'jpeg', 'jpe' ],
		'png'  => [ 'png' ],
		'webp' => [ 'webp' ],
		'avif' => [ 'avif' ],
		'gif'  => [ 'gif' ],
		'svg'  => [ 'svg' ],
	];

	/** Widths of the ladder until the owner chooses others. */
	const WIDTHS      = [ 320, 480, 640, 768, 960, 1200, 1600, 2048, 2560 ];
	const WIDEST      = 8192;
	const MOST_WIDTHS = 20;

	/** Where delivery URLs begin, without a slash at the end; '' while the plugin is inactive. */
	public function endpoint(): string {
		return $this->address( 'FRESHET_ENDPOINT', 'endpoint' );
	}

	/** Where events are pushed, without a slash at the end; '' means the connector only pulls. */
	public function connector(): string {
		return $this->address( 'FRESHET_CONNECTOR', 'connector' );
	}

	/** Whether anything is watched: an endpoint is known, so copies of our files may exist outside. */
	public function is_active(): bool {
		return '' !== $this->endpoint();
	}

	/** Whether pages get delivery URLs. Off keeps watching: copies made earlier must still become fresh. */
	public function rewrites(): bool {
		return $this->is_active() && $this->saved()['enabled'];
	}

	/** Elements with this class keep their URLs. */
	public function skip_class(): string {
		return $this->saved()['skip_class'];
	}

	/**
	 * File name extensions of what gets delivery URLs, in small letters.
	 *
	 * @return string[]
	 */
	public function extensions(): array {
		return array_merge( [], ...array_values( array_intersect_key( self::FORMATS, array_flip( $this->saved()['formats'] ) ) ) );
	}

	/** Whether files of this name get delivery URLs. */
	public function delivers( string $path ): bool {
		return in_array( strtolower( pathinfo( $path, PATHINFO_EXTENSION ) ), $this->extensions(), true );
	}

	/** The secret that signs; '' only before installation. */
	public function secret(): string {
		if ( $this->is_constant( 'FRESHET_SECRET' ) ) {
			return (string) constant( 'FRESHET_SECRET' );
		}
		return (string) ( $this->secrets()['current'] ?? '' );
	}

	/**
	 * Every secret a request may be signed with: two while one is being replaced.
	 *
	 * @return string[]
	 */
	public function accepted_secrets(): array {
		$previous = $this->is_constant( 'FRESHET_SECRET_PREVIOUS' )
			? (string) constant( 'FRESHET_SECRET_PREVIOUS' )
			: (string) ( $this->secrets()['previous'] ?? '' );
		return array_values( array_unique( array_filter( [ $this->secret(), $previous ], 'strlen' ) ) );
	}

	/** Makes a secret where there is none. */
	public function ensure_secret(): void {
		if ( empty( $this->secrets()['current'] ) ) {
			update_option( self::SECRETS, [ 'current' => self::new_secret(), 'previous' => '' ], false );
		}
	}

	/** A new secret signs from now on; the one before stays accepted until it is forgotten. */
	public function rotate_secret(): void {
		update_option( self::SECRETS, [ 'current' => self::new_secret(), 'previous' => (string) ( $this->secrets()['current'] ?? '' ) ], false );
	}

	public function forget_previous_secret(): void {
		update_option( self::SECRETS, [ 'current' => $this->secret(), 'previous' => '' ], false );
	}

	public function has_previous_secret(): bool {
		return '' !== (string) ( $this->secrets()['previous'] ?? '' );
	}

	public function is_constant( string $name ): bool {
		return defined( $name ) && '' !== (string) constant( $name );
	}

	/**
	 * What is saved, complete and typed.
	 *
	 * - formats: which formats get delivery URLs, keys of FORMATS.
	 * - responsive: 'off' hands every file out as it is; 'sizes' has the theme's candidates made from the full picture where
	 *   that gives the same picture; 'ladder' offers the widths below instead.
	 * - links: links to a picture (lightboxes) lead to its delivery URL. feeds, rest: so do pictures there.
	 * - preconnect: pages tell browsers to connect early. fallback: pages show originals while delivery fails.
	 *
	 * @return array{endpoint:string,connector:string,enabled:bool,skip_class:string,formats:string[],responsive:string,widths:int[],links:bool,feeds:bool,rest:bool,preconnect:bool,fallback:bool}
	 */
	public function saved(): array {
		$saved = get_option( self::OPTION );
		$saved = is_array( $saved ) ? $saved : [];
		return [
			'endpoint'   => (string) ( $saved['endpoint'] ?? '' ),
			'connector'  => (string) ( $saved['connector'] ?? '' ),
			'enabled'    => (bool) ( $saved['enabled'] ?? true ),
			'skip_class' => (string) ( $saved['skip_class'] ?? 'no-freshet' ),
			'formats'    => self::clean_formats( $saved['formats'] ?? [ 'jpeg', 'png', 'webp', 'avif', 'gif' ] ),
			'responsive' => self::clean_responsive( $saved['responsive'] ?? 'sizes' ),
			'widths'     => self::clean_widths( $saved['widths'] ?? self::WIDTHS ) ?: self::WIDTHS,
			'links'      => (bool) ( $saved['links'] ?? true ),
			'feeds'      => (bool) ( $saved['feeds'] ?? true ),
			'rest'       => (bool) ( $saved['rest'] ?? false ),
			'preconnect' => (bool) ( $saved['preconnect'] ?? true ),
			'fallback'   => (bool) ( $saved['fallback'] ?? true ),
		];
	}

	/**
	 * @param mixed $formats Anything.
	 * @return string[] Keys of FORMATS, in that order.
	 */
	public static function clean_formats( $formats ): array {
		return array_values( array_intersect( array_keys( self::FORMATS ), is_array( $formats ) ? $formats : [] ) );
	}

	/** @param mixed $mode Anything; what is no mode is 'sizes'. */
	public static function clean_responsive( $mode ): string {
		return in_array( $mode, [ 'off', 'sizes', 'ladder' ], true ) ? $mode : 'sizes';
	}

	/**
	 * @param mixed $widths A list, or a text of numbers.
	 * @return int[] Pixels, ascending, each once; none when there is no usable number.
	 */
	public static function clean_widths( $widths ): array {
		$widths = is_string( $widths ) ? preg_split( '/[^0-9]+/', $widths ) : $widths;
		$widths = array_map( 'intval', array_filter( is_array( $widths ) ? $widths : [], 'is_numeric' ) );
		$widths = array_unique(
			array_filter(
				$widths,
				static function ( int $width ): bool {
					return $width > 0 && $width <= self::WIDEST;
				}
			)
		);
		sort( $widths );
		return array_slice( $widths, 0, self::MOST_WIDTHS );
	}

	/**
	 * An address as it may be used, or '' when it may not.
	 * Plain http only inside: loopback, private addresses and names that exist in no public zone.
	 */
	public static function clean_address( string $address ): string {
		$address = rtrim( trim( $address ), '/' );
		$parts   = wp_parse_url( $address );
		if ( ! is_array( $parts ) || empty( $parts['host'] ) || isset( $parts['query'] ) || isset( $parts['fragment'] ) || isset( $parts['user'] ) ) {
			return '';
		}
		if ( preg_match( '/[^\x21-\x7e]|["\'<>\\\\^`{|}]/', $address ) ) {
			return '';
		}
		$scheme = strtolower( $parts['scheme'] ?? '' );
		return 'https' === $scheme || ( 'http' === $scheme && self::is_inside( $parts['host'] ) ) ? $address : '';
	}

	private static function is_inside( string $host ): bool {
		$host = strtolower( trim( $host, '[]' ) );
		if ( filter_var( $host, FILTER_VALIDATE_IP ) ) {
			return ! filter_var( $host, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE );
		}
		return false === strpos( $host, '.' ) || (bool) preg_match( '/\.(localhost|local|internal|test)$/', $host );
	}

	private function address( string $constant, string $key ): string {
		return self::clean_address( $this->is_constant( $constant ) ? (string) constant( $constant ) : $this->saved()[ $key ] );
	}

	/** @return array{current?:string,previous?:string} */
	private function secrets(): array {
		$secrets = get_option( self::SECRETS );
		return is_array( $secrets ) ? $secrets : [];
	}

	private static function new_secret(): string {
		return bin2hex( random_bytes( 32 ) );
	}
}
