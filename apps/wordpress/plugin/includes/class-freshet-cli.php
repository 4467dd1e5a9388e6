<?php
/**
 * Says and does on a command line what the admin says and does.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows how the changes of pictures reach Freshet, and helps where they do not.
 */
final class Freshet_Cli {
	private Freshet_Settings $settings;
	private Freshet_Outbox $outbox;
	private Freshet_Journal $journal;
	private Freshet_Push $push;
	private Freshet_Watcher $watcher;
	private Freshet_Scanner $scanner;
	private Freshet_File_Table $table;

	public function __construct( Freshet_Settings $settings, Freshet_Outbox $outbox, Freshet_Journal $journal, Freshet_Push $push, Freshet_Watcher $watcher, Freshet_Scanner $scanner, Freshet_File_Table $table ) {
		$this->settings = $settings;
		$this->outbox   = $outbox;
		$this->journal  = $journal;
		$this->push     = $push;
		$this->watcher  = $watcher;
		$this->scanner  = $scanner;
		$this->table    = $table;
	}

	/**
	 * Shows addresses, backlog and the state of the walk.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, json, yaml or csv.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param string[] $args    None.
	 * @param array    $options Format.
	 */
	public function status( array $args, array $options ): void {
		$backlog = $this->journal->backlog();
		$scan    = $this->scanner->state();
		$files   = $this->table->counts();
		$facts   = [
			'site'         => Freshet_Push::site(),
			'delivery'     => $this->settings->endpoint(),
			'connector'    => $this->settings->connector(),
			'newest event' => $this->outbox->head(),
			'waiting'      => $backlog['waiting'],
			'on their way' => $backlog['open'],
			'failed'       => $backlog['failed'],
			'last error'   => $this->push->state()['error'],
			'known files'  => $files['known'],
			'files put off' => $files['pending'],
			'last round'   => self::moment( $scan['round_ended'] ),
		];
		$rows = [];
		foreach ( $facts as $what => $value ) {
			$rows[] = [ 'what' => $what, 'value' => (string) $value ];
		}
		WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, [ 'what', 'value' ] );
	}

	/**
	 * Makes pictures fresh in every cache, changed or not.
	 *
	 * ## OPTIONS
	 *
	 * [<id>...]
	 * : Ids of attachments.
	 *
	 * [--all]
	 * : Every picture of the site.
	 *
	 * ## EXAMPLES
	 *
	 *     wp freshet refresh 12 13
	 *
	 * @param string[] $args    Ids.
	 * @param array    $options All.
	 */
	public function refresh( array $args, array $options ): void {
		if ( empty( $options['all'] ) === ! $args ) {
			WP_CLI::error( 'Name attachments by their ids, or give --all.' );
		}
		$refused = array_filter(
			$args,
			static function ( $id ): bool {
				return ! is_numeric( $id ) || (int) $id < 1;
			}
		);
		if ( $refused ) {
			WP_CLI::error( implode( ', ', $refused ) . ': no id of an attachment.' );
		}
		$done = 0;
		$left = [];
		foreach ( $args ? array_map( 'intval', $args ) : $this->all() as $id ) {
			if ( $this->watcher->refresh( $id ) ) {
				++$done;
			} else {
				$left[] = $id;
			}
		}
		$this->push->send_due();
		if ( $left ) {
			WP_CLI::warning( 'No pictures in the uploads folder: ' . implode( ', ', $left ) );
		}
		if ( 0 === $done && $left ) {
			WP_CLI::error( 'Nothing was refreshed.' );
		}
		WP_CLI::success( "Refreshed: $done." );
	}

	/**
	 * Looks at every file: the census of all attachments, then a round over all known files. Goes on where it was cut off.
	 *
	 * ## OPTIONS
	 *
	 * [--restart]
	 * : From the beginning.
	 *
	 * @param string[] $args    None.
	 * @param array    $options Restart.
	 */
	public function scan( array $args, array $options ): void {
		if ( ! $this->settings->is_active() ) {
			WP_CLI::error( 'Nothing is watched: no delivery address is set.' );
		}
		if ( ! empty( $options['restart'] ) ) {
			$this->scanner->restart();
		}
		$head = $this->outbox->head();
		$said = time();
		while ( $this->scanner->step() ) {
			if ( $said < time() - 5 ) {
				$said  = time();
				$state = $this->scanner->state();
				WP_CLI::log( $state['attachment'] ? "Census: attachment $state[attachment]" : "Round: $state[looked] files" );
			}
		}
		$this->push->send_due();
		WP_CLI::success( sprintf( 'Looked at %d files; new events: %d.', $this->scanner->state()['looked'], $this->outbox->head() - $head ) );
	}

	/**
	 * Lists events, newest first, or sends those that wait.
	 *
	 * ## OPTIONS
	 *
	 * [<action>]
	 * : list, or send: tries at once whatever its next time would be.
	 * ---
	 * default: list
	 * ---
	 *
	 * [--state=<state>]
	 * : all, waiting, open (not known to be done) or failed.
	 * ---
	 * default: all
	 * ---
	 *
	 * [--limit=<limit>]
	 * : How many.
	 * ---
	 * default: 20
	 * ---
	 *
	 * [--format=<format>]
	 * : table, json, yaml or csv.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param string[] $args    Action.
	 * @param array    $options State, limit and format.
	 */
	public function outbox( array $args, array $options ): void {
		$action = $args[0] ?? 'list';
		$state  = $options['state'] ?? 'all';
		if ( 'send' === $action ) {
			$this->push->resume();
			if ( ! $this->push->send_due() ) {
				$error = '' === $this->settings->connector() ? 'No connector address is set: the connector asks by itself.' : $this->push->state()['error'];
				WP_CLI::error( 'Not everything could be sent. ' . $error );
			}
			WP_CLI::success( 'Everything that waited is sent.' );
			return;
		}
		if ( 'list' !== $action || ! isset( Freshet_Journal::STATES[ $state ] ) ) {
			WP_CLI::error( 'Actions are list and send; states are ' . implode( ', ', array_keys( Freshet_Journal::STATES ) ) . '.' );
		}
		$this->show( $this->journal->events( $state, max( 1, (int) ( $options['limit'] ?? 20 ) ) ), $options );
	}

	/**
	 * Shows what happened to one picture.
	 *
	 * ## OPTIONS
	 *
	 * <id>
	 * : Id of the attachment.
	 *
	 * [--format=<format>]
	 * : table, json, yaml or csv.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param string[] $args    Id.
	 * @param array    $options Format.
	 */
	public function history( array $args, array $options ): void {
		$this->show( $this->journal->history( (int) ( $args[0] ?? 0 ), 1000 ), $options );
	}

	private function show( array $entries, array $options ): void {
		$rows = array_map(
			static function ( array $entry ): array {
				return [
					'sequence'     => $entry['sequence'],
					'attachment'   => $entry['attachment'],
					'at'           => self::moment( $entry['at'] ),
					'reason'       => $entry['reason'],
					'files'        => $entry['files'],
					'state'        => $entry['state'],
					'since'        => self::moment( $entry['state_at'] ),
					'invalidation' => implode( ' ', $entry['invalidations'] ),
					'remark'       => $entry['remark'],
				];
			},
			$entries
		);
		WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, [ 'sequence', 'attachment', 'at', 'reason', 'files', 'state', 'since', 'invalidation', 'remark' ] );
	}

	/** Every picture, a few at a time. */
	private function all(): Generator {
		global $wpdb;
		$after = 0;
		do {
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- a walk should not fill the object cache with what it sees once.
			$ids = array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE ID > %d AND post_type = 'attachment' AND post_mime_type LIKE %s ORDER BY ID LIMIT 200", $after, 'image/%' ) ) );
			yield from $ids;
			if ( function_exists( 'wp_cache_flush_runtime' ) ) {
				wp_cache_flush_runtime(); // A long command should not keep every post in mind.
			}
			$after = $ids ? max( $ids ) : 0;
		} while ( 200 === count( $ids ) );
	}

	private static function moment( int $time ): string {
		return $time ? gmdate( 'Y-m-d\TH:i:s\Z', $time ) : '';
	}
}
