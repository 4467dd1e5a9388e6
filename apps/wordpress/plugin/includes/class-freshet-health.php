<?php
/**
 * Tools → Site Health: whether changes reach Freshet, by what has happened; nothing is sent to find out.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Health {
	/** The connector asks every few seconds; longer silence than this is worth a word. */
	const SILENCE_SECONDS = 900;

	/** What is older than this should have been made fresh. */
	const BACKLOG_SECONDS = 3600;

	private Freshet_Settings $settings;
	private Freshet_Uploads $uploads;
	private Freshet_Journal $journal;
	private Freshet_Push $push;
	private Freshet_Scanner $scanner;
	private Freshet_File_Table $table;

	public function __construct( Freshet_Settings $settings, Freshet_Uploads $uploads, Freshet_Journal $journal, Freshet_Push $push, Freshet_Scanner $scanner, Freshet_File_Table $table ) {
		$this->settings = $settings;
		$this->uploads  = $uploads;
		$this->journal  = $journal;
		$this->push     = $push;
		$this->scanner  = $scanner;
		$this->table    = $table;
	}

	public function listen(): void {
		add_filter( 'site_status_tests', [ $this, 'add' ] );
		add_filter( 'debug_information', [ $this, 'describe' ] );
	}

	/** @param mixed $tests WordPress's. */
	public function add( $tests ): array {
		$tests = (array) $tests;
		if ( $this->settings->is_active() ) {
			foreach ( [ 'connection', 'backlog', 'schedule', 'files' ] as $name ) {
				$tests['direct'][ "freshet_$name" ] = [ 'label' => "Freshet: $name", 'test' => [ $this, $name ] ];
			}
		}
		return $tests;
	}

	/** Whether the connector and this site talk. */
	public function connection(): array {
		$state = $this->push->state();
		$heard = self::heard();
		if ( $state['stopped_at'] ) {
			return self::result( 'connection', 'critical', __( 'The connector of Freshet does not know this site', 'freshet' ), __( 'Nothing is pushed any more. Add the site to the connector, then save the settings of Freshet.', 'freshet' ) );
		}
		if ( $heard > time() - self::SILENCE_SECONDS ) {
			/* translators: %s: how long ago. */
			$text = sprintf( __( 'The connector asked for changes %s.', 'freshet' ), Freshet_Words::ago( $heard ) );
			return $state['error']
				/* translators: %s: an error message. */
				? self::result( 'connection', 'recommended', __( 'Freshet fetches changes, but cannot be pushed to', 'freshet' ), $text . ' ' . sprintf( __( 'Changes arrive some seconds later than they could, because the last push failed: %s', 'freshet' ), $state['error'] ) )
				: self::result( 'connection', 'good', __( 'Freshet and this site talk to each other', 'freshet' ), $text );
		}
		$text  = $heard
			/* translators: %s: how long ago. */
			? sprintf( __( 'The connector asked for changes %s and has been silent since.', 'freshet' ), Freshet_Words::ago( $heard ) )
			: __( 'The connector has never asked for changes.', 'freshet' );
		$text .= ' ' . __( 'Check that it runs, that it knows this site and the shared secret, and that nothing closes the routes below freshet/v1 of the REST API.', 'freshet' );
		if ( '' === $this->settings->connector() || $state['error'] ) {
			/* translators: %s: an error message. */
			$text .= $state['error'] ? ' ' . sprintf( __( 'The last push failed: %s', 'freshet' ), $state['error'] ) : '';
			return self::result( 'connection', 'critical', __( 'Freshet does not hear of changes', 'freshet' ), $text );
		}
		return self::result( 'connection', 'recommended', __( 'Freshet does not ask this site for changes', 'freshet' ), $text . ' ' . __( 'Until then a push that is lost is not made good.', 'freshet' ) );
	}

	/** Whether changes wait for long. */
	public function backlog(): array {
		$backlog = $this->journal->backlog();
		if ( $backlog['failed'] ) {
			/* translators: %s: how many. */
			return self::result( 'backlog', 'critical', sprintf( _n( '%s picture could not be made fresh', '%s pictures could not be made fresh', $backlog['failed'], 'freshet' ), number_format_i18n( $backlog['failed'] ) ), __( 'The Media Library says which, and why. Refresh them when the cause is gone.', 'freshet' ) );
		}
		if ( $backlog['oldest'] && $backlog['oldest'] < time() - self::BACKLOG_SECONDS ) {
			/* translators: 1: how many, 2: how long ago. */
			return self::result( 'backlog', 'recommended', __( 'Changed pictures wait to be made fresh', 'freshet' ), sprintf( __( 'Changes on their way: %1$s. The oldest of them happened %2$s.', 'freshet' ), number_format_i18n( $backlog['open'] ), Freshet_Words::ago( $backlog['oldest'] ) ) );
		}
		return self::result( 'backlog', 'good', __( 'Changed pictures are made fresh in time', 'freshet' ), __( 'No change waits for longer than an hour.', 'freshet' ) );
	}

	/** Whether the scheduled walk runs. */
	public function schedule(): array {
		$next = wp_next_scheduled( Freshet_Plugin::CRON );
		if ( ! $next || $next < time() - self::BACKLOG_SECONDS ) {
			return self::result( 'schedule', 'recommended', __( 'The walk over the files does not run', 'freshet' ), __( 'Files that are overwritten on the server are noticed only when a page that shows them is made anew. Have a job of the server call wp-cron.php every five minutes.', 'freshet' ) );
		}
		$state = $this->scanner->state();
		$text  = $state['round_ended']
			/* translators: %s: how long ago. */
			? sprintf( __( 'The last round over all known files ended %s.', 'freshet' ), Freshet_Words::ago( $state['round_ended'] ) )
			: __( 'The first round over all files has not ended yet.', 'freshet' );
		return self::result( 'schedule', 'good', __( 'The walk over the files is scheduled', 'freshet' ), $text );
	}

	/** Whether files can be watched where they are. */
	public function files(): array {
		if ( ! $this->uploads->is_local() ) {
			return self::result( 'files', 'recommended', __( 'The uploads folder is not on this machine', 'freshet' ), __( 'Pictures in a remote uploads folder keep their addresses and are not watched.', 'freshet' ) );
		}
		$counts = $this->table->counts();
		/* translators: %s: how many. */
		return self::result( 'files', 'good', __( 'The files of the uploads folder are watched', 'freshet' ), sprintf( __( 'Known files: %s.', 'freshet' ), number_format_i18n( $counts['known'] + $counts['pending'] ) ) );
	}

	/** @param mixed $info WordPress's. */
	public function describe( $info ): array {
		$info    = (array) $info;
		$backlog = $this->journal->backlog();
		$scan    = $this->scanner->state();
		$fields  = [
			'version'   => [ __( 'Version', 'freshet' ), FRESHET_VERSION ],
			'endpoint'  => [ __( 'Delivery address', 'freshet' ), $this->settings->endpoint() ],
			'connector' => [ __( 'Connector address', 'freshet' ), $this->settings->connector() ],
			'waiting'   => [ __( 'Events not sent yet', 'freshet' ), $backlog['waiting'] ],
			'open'      => [ __( 'Events on their way', 'freshet' ), $backlog['open'] ],
			'error'     => [ __( 'Last error of a push', 'freshet' ), $this->push->state()['error'] ],
			'heard'     => [ __( 'The connector asked last', 'freshet' ), self::moment( self::heard() ) ],
			'round'     => [ __( 'Last round over the files', 'freshet' ), self::moment( $scan['round_ended'] ) ],
			'files'     => [ __( 'Known files', 'freshet' ), $this->table->counts()['known'] ],
		];
		$info['freshet'] = [
			'label'  => __( 'Freshet', 'freshet' ),
			'fields' => array_map(
				static function ( array $field ): array {
					return [ 'label' => $field[0], 'value' => '' === (string) $field[1] ? '–' : (string) $field[1] ];
				},
				$fields
			),
		];
		return $info;
	}

	private static function heard(): int {
		$heard = get_option( Freshet_Rest::HEARD );
		return is_array( $heard ) ? (int) ( $heard['at'] ?? 0 ) : 0;
	}

	private static function moment( int $time ): string {
		return $time ? gmdate( 'Y-m-d\TH:i:s\Z', $time ) : '';
	}

	private static function result( string $name, string $status, string $label, string $text ): array {
		return [
			'label'       => $label,
			'status'      => $status,
			'badge'       => [ 'label' => __( 'Freshet', 'freshet' ), 'color' => 'blue' ],
			'description' => '<p>' . esc_html( $text ) . '</p>',
			'actions'     => 'good' === $status ? '' : sprintf( '<p><a href="%s">%s</a></p>', esc_url( admin_url( 'options-general.php?page=' . Freshet_Settings_Page::PAGE ) ), esc_html__( 'Settings of Freshet', 'freshet' ) ),
			'test'        => "freshet_$name",
		];
	}
}
