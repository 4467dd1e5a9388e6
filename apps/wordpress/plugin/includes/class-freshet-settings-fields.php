<?php
/**
 * The fields of the settings form: what each is called, how it is shown, and how what was typed is made safe.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Settings_Fields {
	/** Names of the formats as people know them. */
	const FORMATS = [ 'jpeg' => 'JPEG', 'png' => 'PNG', 'webp' => 'WebP', 'avif' => 'AVIF', 'gif' => 'GIF', 'svg' => 'SVG' ];

	private Freshet_Settings $settings;

	public function __construct( Freshet_Settings $settings ) {
		$this->settings = $settings;
	}

	/** Tells WordPress of every field. */
	public function register( string $page ): void {
		add_settings_section( 'freshet_main', '', '__return_null', $page );
		foreach ( self::fields() as $key => $field ) {
			$field += [ 'key' => $key, 'help' => '', 'constant' => '' ];
			if ( 'formats' !== $field['kind'] && 'choice' !== $field['kind'] && 'check' !== $field['kind'] ) {
				$field['label_for'] = "freshet_$key";
			}
			add_settings_field( "freshet_$key", $field['title'], [ $this, 'show' ], $page, 'freshet_main', $field );
		}
	}

	/**
	 * What the form sent, laid over what is saved; an address that cannot be used keeps its former value, and so does what was
	 * not sent.
	 *
	 * @param mixed $sent Anything.
	 */
	public function sanitize( $sent ): array {
		$sent = is_array( $sent ) ? $sent : [];
		$new  = $this->settings->saved();
		foreach ( self::fields() as $key => $field ) {
			if ( ! isset( $sent[ $key ] ) ) {
				continue;
			}
			$value = $sent[ $key ];
			switch ( $field['kind'] ) {
				case 'address':
					$new[ $key ] = is_string( $value ) ? $this->address( $key, trim( $value ), $new[ $key ] ) : $new[ $key ];
					break;
				case 'check':
					$new[ $key ] = ! empty( $value );
					break;
				case 'class':
					$new[ $key ] = sanitize_html_class( is_string( $value ) ? $value : '' );
					break;
				case 'formats':
					$new[ $key ] = Freshet_Settings::clean_formats( $value );
					break;
				case 'choice':
					$new[ $key ] = Freshet_Settings::clean_responsive( $value );
					break;
				case 'widths':
					$new[ $key ] = Freshet_Settings::clean_widths( $value ) ?: Freshet_Settings::WIDTHS;
			}
		}
		return $new;
	}

	/** @param array{key:string,kind:string,title:string,help:string,constant:string} $field From register(). */
	public function show( array $field ): void {
		$value = $this->settings->saved()[ $field['key'] ];
		$name  = Freshet_Settings::OPTION . "[{$field['key']}]";
		$id    = "freshet_{$field['key']}";
		switch ( $field['kind'] ) {
			case 'check':
				// Without the hidden field a form could not say "off".
				printf( '<input type="hidden" name="%1$s" value="0"><label><input type="checkbox" id="%2$s" name="%1$s" value="1" %3$s> %4$s</label>', esc_attr( $name ), esc_attr( $id ), checked( $value, true, false ), esc_html( $field['help'] ) );
				return;
			case 'formats':
				printf( '<fieldset><legend class="screen-reader-text">%s</legend><input type="hidden" name="%s[]" value="">', esc_html( $field['title'] ), esc_attr( $name ) );
				foreach ( self::FORMATS as $format => $label ) {
					printf( '<label style="padding-inline-end:1.5em"><input type="checkbox" name="%s[]" value="%s" %s> %s</label>', esc_attr( $name ), esc_attr( $format ), checked( in_array( $format, $value, true ), true, false ), esc_html( $label ) );
				}
				printf( '<p class="description">%s</p></fieldset>', esc_html( $field['help'] ) );
				return;
			case 'choice':
				printf( '<fieldset><legend class="screen-reader-text">%s</legend>', esc_html( $field['title'] ) );
				foreach ( self::modes() as $mode => $label ) {
					printf( '<label><input type="radio" name="%s" value="%s" %s> %s</label><br>', esc_attr( $name ), esc_attr( $mode ), checked( $value, $mode, false ), esc_html( $label ) );
				}
				echo '</fieldset>';
				return;
		}
		if ( '' !== $field['constant'] && $this->settings->is_constant( $field['constant'] ) ) {
			self::show_constant( $field['constant'] );
			return;
		}
		printf(
			'<input type="%s" class="%s" id="%s" name="%s" value="%s"><p class="description">%s</p>',
			esc_attr( 'address' === $field['kind'] ? 'url' : 'text' ),
			esc_attr( 'widths' === $field['kind'] ? 'large-text' : 'regular-text' ),
			esc_attr( $id ),
			esc_attr( $name ),
			esc_attr( is_array( $value ) ? implode( ', ', $value ) : $value ),
			esc_html( $field['help'] )
		);
	}

	private static function show_constant( string $constant ): void {
		/* translators: %s: name of a PHP constant. */
		$note = sprintf( __( 'Set by %s in wp-config.php.', 'freshet' ), $constant );
		if ( '' === Freshet_Settings::clean_address( (string) constant( $constant ) ) ) {
			$note .= ' ' . __( 'It cannot be used: it must begin with https://, or http:// for a server in your own network, and have no query.', 'freshet' );
		}
		printf( '<code>%s</code><p class="description">%s</p>', esc_html( (string) constant( $constant ) ), esc_html( $note ) );
	}

	private function address( string $key, string $address, string $former ): string {
		$clean = Freshet_Settings::clean_address( $address );
		if ( '' === $address || '' !== $clean ) {
			return $clean;
		}
		add_settings_error(
			Freshet_Settings::OPTION,
			"freshet_$key",
			/* translators: %s: what the person typed. */
			sprintf( __( '%s cannot be used. Give an address that begins with https://, without a query; http:// only for a server on this machine or in your own network.', 'freshet' ), $address )
		);
		return $former;
	}

	/** @return array<string,string> */
	private static function modes(): array {
		return [
			'sizes'  => __( 'Sizes of the theme, made from the full picture where that gives the same picture', 'freshet' ),
			'ladder' => __( 'The widths below instead of the sizes of the theme', 'freshet' ),
			'off'    => __( 'Every file as it is', 'freshet' ),
		];
	}

	/** @return array<string,array> In the order of the form. */
	private static function fields(): array {
		return [
			'endpoint'   => [ 'kind' => 'address', 'title' => __( 'Delivery address', 'freshet' ), 'help' => __( 'Where visitors fetch pictures, for example https://img.example.com. Empty: the plugin does nothing.', 'freshet' ), 'constant' => 'FRESHET_ENDPOINT' ],
			'connector'  => [ 'kind' => 'address', 'title' => __( 'Connector address', 'freshet' ), 'help' => __( 'Where changes are announced. Empty: the connector asks by itself every few seconds.', 'freshet' ), 'constant' => 'FRESHET_CONNECTOR' ],
			'enabled'    => [ 'kind' => 'check', 'title' => __( 'Pictures', 'freshet' ), 'help' => __( 'Give the pictures of public pages delivery addresses', 'freshet' ) ],
			'formats'    => [ 'kind' => 'formats', 'title' => __( 'Formats', 'freshet' ), 'help' => __( 'Files of other formats keep their addresses. An SVG is delivered without scripts, fonts and what it would load.', 'freshet' ) ],
			'responsive' => [ 'kind' => 'choice', 'title' => __( 'Sizes', 'freshet' ) ],
			'widths'     => [ 'kind' => 'widths', 'title' => __( 'Widths', 'freshet' ), 'help' => __( 'In pixels, for the second choice above. Browsers take the one that fits screen and page.', 'freshet' ) ],
			'links'      => [ 'kind' => 'check', 'title' => __( 'Links', 'freshet' ), 'help' => __( 'Links to a picture, as lightboxes use them, lead to its delivery address', 'freshet' ) ],
			'feeds'      => [ 'kind' => 'check', 'title' => __( 'Feeds', 'freshet' ), 'help' => __( 'Pictures in feeds have delivery addresses', 'freshet' ) ],
			'rest'       => [ 'kind' => 'check', 'title' => __( 'REST API', 'freshet' ), 'help' => __( 'Answers to visitors have delivery addresses, for front ends that are built on the API. Whoever may edit always gets the originals.', 'freshet' ) ],
			'skip_class' => [ 'kind' => 'class', 'title' => __( 'Skip class', 'freshet' ), 'help' => __( 'Elements with this CSS class keep their addresses, and so does what is inside them.', 'freshet' ) ],
			'preconnect' => [ 'kind' => 'check', 'title' => __( 'Early connection', 'freshet' ), 'help' => __( 'Browsers connect to the delivery address before they meet the first picture', 'freshet' ) ],
			'fallback'   => [ 'kind' => 'check', 'title' => __( 'Outages', 'freshet' ), 'help' => __( 'Pages show originals while pictures cannot be delivered', 'freshet' ) ],
		];
	}
}
