<?php
/**
 * One tag as it is written. Its attributes can be read as browsers read them, and changed where they stand: every other byte
 * of it stays.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Tag {
	/** One attribute: its name, and its value with the quotes. */
	const ATTRIBUTE = '~[ \t\n\f\r/]*+(=[^=/> \t\n\f\r]*+|[^=/> \t\n\f\r]++)(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+("[^"]*+"|\'[^\']*+\'|[^>"\' \t\n\f\r][^> \t\n\f\r]*+)?+)?+~A';

	/** Byte for byte, so that values of any charset survive. */
	const ESCAPES = [ '&' => '&amp;', '"' => '&quot;', '<' => '&lt;', '>' => '&gt;' ];

	private string $html;
	private int $name_ends;

	/** @var array<string,array{string,int}> Name in small letters => value as written, and where; of an attribute named twice the first. */
	private array $values = [];

	/** @var array<int,array{int,string}> Where something is replaced => length of the old, and the new. */
	private array $changes = [];

	/**
	 * @param string $html        From `<` to `>`.
	 * @param int    $name_length Of the tag's name.
	 */
	public function __construct( string $html, int $name_length ) {
		$this->html      = $html;
		$this->name_ends = 1 + $name_length;
		preg_match_all( self::ATTRIBUTE, $html, $found, PREG_SET_ORDER | PREG_OFFSET_CAPTURE, $this->name_ends );
		foreach ( $found as $attribute ) {
			$this->values += [ strtolower( $attribute[1][0] ) => $attribute[2] ?? [ '', -1 ] ];
		}
	}

	/** @return array<int,string|int> Names of its attributes in small letters; PHP makes numbers of names that look like some. */
	public function names(): array {
		return array_keys( $this->values );
	}

	public function has( string $name ): bool {
		return isset( $this->values[ $name ] );
	}

	/** @return string '' for an attribute that is not there or has no value. */
	public function get( string $name ): string {
		$written = $this->values[ $name ][0] ?? '';
		$value   = '' !== $written && ( '"' === $written[0] || "'" === $written[0] ) ? substr( $written, 1, -1 ) : $written;
		if ( false === strpos( $value, '&' ) ) {
			return $value;
		}
		// WordPress 6.6 and newer knows all that browsers know, such as references without their semicolon.
		return class_exists( 'WP_HTML_Decoder' ) ? WP_HTML_Decoder::decode_attribute( $value ) : html_entity_decode( $value, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
	}

	/** Changes a value where it stands, between the quotes that it has; a new attribute comes first. */
	public function set( string $name, string $value ): void {
		[ $written, $at ] = $this->values[ $name ] ?? [ '', -1 ];
		$is_single        = '' !== $written && "'" === $written[0];
		$text             = $is_single ? "'" . strtr( $value, [ "'" => '&#039;' ] + self::ESCAPES ) . "'" : '"' . strtr( $value, self::ESCAPES ) . '"';
		if ( $at >= 0 ) {
			$this->changes[ $at ] = [ strlen( $written ), $text ];
		} else {
			$before                            = $this->changes[ $this->name_ends ][1] ?? '';
			$this->changes[ $this->name_ends ] = [ 0, "$before $name=$text" ];
		}
	}

	public function html(): string {
		$html = $this->html;
		krsort( $this->changes );
		foreach ( $this->changes as $at => list( $length, $text ) ) {
			$html = substr_replace( $html, $text, $at, $length );
		}
		return $html;
	}
}
