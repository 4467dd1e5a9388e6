<?php
/**
 * Entries of the journal in words, and in the HTML that all pages of the admin share.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Words {
	/** What became of an event, in one or two words; for null, of a picture that never changed. */
	public static function state( ?array $entry ): string {
		switch ( $entry['state'] ?? '' ) {
			case '':
				return __( 'Unchanged', 'freshet' );
			case 'waiting':
				return $entry['attempts'] > 0 ? __( 'Waiting to be repeated', 'freshet' ) : __( 'Waiting to be sent', 'freshet' );
			case 'sent':
			case 'received':
				return __( 'Sent', 'freshet' );
			case 'invalidating':
				return __( 'Being made fresh', 'freshet' );
			case 'failed':
				return __( 'Failed', 'freshet' );
			default:
				return __( 'Fresh', 'freshet' );
		}
	}

	/** Why there was an event. */
	public static function reason( array $entry ): string {
		switch ( $entry['reason'] ) {
			case 'hook':
				return __( 'Changed in WordPress', 'freshet' );
			case 'stat':
				return __( 'File changed on the server, seen while a page was shown', 'freshet' );
			case 'scan':
				return __( 'File changed on the server, seen by the scheduled walk', 'freshet' );
			case 'refresh':
				return __( 'Refresh asked for', 'freshet' );
			default:
				return $entry['reason'];
		}
	}

	/** How long ago, in words. */
	public static function ago( int $time ): string {
		/* translators: %s: a span of time, such as "5 minutes". */
		return sprintf( __( '%s ago', 'freshet' ), human_time_diff( $time ) );
	}

	/** How long ago in HTML, with the date for who points at it. */
	public static function time( int $time ): string {
		return sprintf(
			'<abbr title="%s">%s</abbr>',
			esc_attr( wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time ) ),
			esc_html( self::ago( $time ) )
		);
	}

	/** The state in HTML, with a sign before it and the time behind it. */
	public static function badge( ?array $entry ): string {
		$kinds = [ 'waiting' => 'open', 'sent' => 'open', 'received' => 'open', 'invalidating' => 'open', 'failed' => 'failed', 'done' => 'fresh', 'nothing-to-do' => 'fresh' ];
		$html  = sprintf( '<span class="freshet-state freshet-%s">%s</span>', esc_attr( $entry ? $kinds[ $entry['state'] ] ?? 'open' : 'none' ), esc_html( self::state( $entry ) ) );
		if ( $entry ) {
			$html .= '<br><span class="freshet-when">' . self::time( $entry['state_at'] ) . '</span>';
		}
		if ( $entry && 'failed' === $entry['state'] && '' !== $entry['remark'] ) {
			$html .= '<br><span class="freshet-when">' . esc_html( $entry['remark'] ) . '</span>';
		}
		return $html;
	}

	/** The little that the pages of the admin need of CSS; colours are those of WordPress's own notices. */
	public static function style(): void {
		wp_add_inline_style(
			'common',
			'.freshet-when abbr,.freshet-history abbr{text-decoration:none}.freshet-state::before{content:"";display:inline-block;width:.65em;height:.65em;border-radius:50%;margin-inline-end:.45em;background:#8c8f94}'
			. '.freshet-fresh::before{background:#00a32a}.freshet-open::before{background:#dba617}.freshet-failed::before{background:#d63638}'
			. '.freshet-when{color:#646970;font-size:12px}.column-freshet{width:9em}'
			. '.freshet-history td,.freshet-history th{vertical-align:top}.freshet-history code{font-size:11px;word-break:break-all}'
			. '.freshet-counts{display:flex;gap:2em;margin:0 0 1em}.freshet-counts b{display:block;font-size:1.8em;font-weight:400;line-height:1.3}'
		);
	}
}
