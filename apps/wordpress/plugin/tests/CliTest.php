<?php

require_once __DIR__ . '/WP_CLI.php';

final class CliTest extends Freshet_Case {
	protected function setUp(): void {
		parent::setUp();
		WP_CLI::$said = [];
		WP_CLI::$rows = [];
	}

	public function test_shows_how_it_stands(): void {
		$this->upload();
		freshet()->cli->status( [], [] );
		$facts = array_column( WP_CLI::$rows, 'value', 'what' );
		$this->assertSame( [ self::ENDPOINT, '1', '1', '0' ], [ $facts['delivery'], $facts['waiting'], $facts['on their way'], $facts['failed'] ] );
	}

	public function test_refreshes_what_is_named_or_everything(): void {
		$hat  = $this->upload();
		$cap  = $this->upload( 'cap.jpg', 800, 600, 2 );
		$head = $this->head();
		freshet()->cli->refresh( [ (string) $hat, '999999' ], [] );
		$this->assertSame( [ 'Warning: No pictures in the uploads folder: 999999', 'Success: Refreshed: 1.' ], WP_CLI::$said );
		freshet()->cli->refresh( [], [ 'all' => true ] );
		$this->assertSame( [ $hat, $hat, $cap ], array_column( array_column( $this->events( $head ), 'attachment' ), 'id' ) );
	}

	/** @dataProvider mistakes */
	public function test_a_mistake_is_one_sentence( string $command, array $args, array $options, string $sentence ): void {
		$this->expectExceptionMessage( $sentence );
		freshet()->cli->$command( $args, $options );
	}

	public function mistakes(): array {
		return [
			'nothing named'       => [ 'refresh', [], [], 'Name attachments' ],
			'both'                => [ 'refresh', [ '1' ], [ 'all' => true ], 'Name attachments' ],
			'no id'               => [ 'refresh', [ 'hat' ], [], 'no id of an attachment' ],
			'none is a picture'   => [ 'refresh', [ '999999' ], [], 'Nothing was refreshed' ],
			'unknown state'       => [ 'outbox', [], [ 'state' => 'x' ], 'states are' ],
			'unknown action'      => [ 'outbox', [ 'x' ], [], 'Actions are' ],
			'nowhere to send'     => [ 'outbox', [ 'send' ], [], 'connector asks by itself' ],
		];
	}

	public function test_scans_everything_and_says_what_came_of_it(): void {
		$id = $this->upload();
		$this->draw( $this->file( $id ), 800, 600, 8 );
		freshet()->cli->scan( [], [ 'restart' => true ] );
		$this->assertSame( [ sprintf( 'Success: Looked at %d files; new events: 1.', count( $this->urls( $id ) ) ) ], WP_CLI::$said );
	}

	public function test_lists_events_and_the_history_of_a_picture(): void {
		$id = $this->upload();
		$this->upload( 'cap.jpg', 800, 600, 2 );
		freshet()->watcher->refresh( $id );
		freshet()->cli->outbox( [], [ 'state' => 'waiting', 'limit' => '2' ] );
		$this->assertSame( [ 'refresh', 'hook' ], array_column( WP_CLI::$rows, 'reason' ) );
		freshet()->cli->history( [ (string) $id ], [] );
		$this->assertSame( [ $id, $id ], array_column( WP_CLI::$rows, 'attachment' ) );
		$this->assertSame( [ 'waiting', 'waiting' ], array_column( WP_CLI::$rows, 'state' ) );
	}
}
