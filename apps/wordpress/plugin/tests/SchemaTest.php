<?php

/**
 * Coming and going. The tables go too, so this has its own process.
 *
 * @group native
 * @runTestsInSeparateProcesses
 * @preserveGlobalState disabled
 */
final class SchemaTest extends Freshet_Case {
	public function test_installing_again_changes_nothing(): void {
		$this->upload();
		$secret = freshet()->settings->secret();
		$head   = $this->head();
		Freshet_Schema::install();
		$this->assertSame( [ $secret, $head ], [ freshet()->settings->secret(), $this->head() ] );
	}

	public function test_removing_takes_its_own_rows_and_no_other(): void {
		global $wpdb;
		update_option( 'thumbnail_size_w', '151' );
		$before = $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name NOT LIKE 'freshet%' AND option_name <> 'cron' AND option_name NOT LIKE '%transient%'" );
		Freshet_Schema::remove();
		$after  = $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name NOT LIKE '%transient%' AND option_name <> 'cron'" );
		$tables = $wpdb->get_col( "SHOW TABLES LIKE '%freshet%'" );
		Freshet_Schema::install();
		$this->assertSame( $before, $after );
		$this->assertSame( [], $tables );
		$this->assertEquals( 151, get_option( 'thumbnail_size_w' ) );
		update_option( 'thumbnail_size_w', '150' );
	}

	public function test_tables_of_an_older_version_get_what_they_lack_and_keep_what_they_have(): void {
		global $wpdb;
		$id = $this->upload();
		$wpdb->query( "ALTER TABLE {$wpdb->prefix}freshet_files DROP COLUMN quiet_at" );
		update_option( 'freshet_schema', '3' );
		freshet()->upgrade();
		$this->assertSame( 0, freshet()->file_table->rows( [ $this->path( $id ) ] )[ $this->path( $id ) ]['quiet_at'] );
		$head = $this->head();
		$this->upload( 'scarf.jpg' );
		$this->assertCount( 1, $this->events( $head ) );
	}

	public function test_deactivation_keeps_what_is_known(): void {
		$this->upload();
		$head = $this->head();
		Freshet_Schema::pause();
		$this->assertFalse( wp_next_scheduled( Freshet_Plugin::CRON ) );
		freshet()->upgrade();
		$this->assertNotFalse( wp_next_scheduled( Freshet_Plugin::CRON ) );
		$this->assertSame( $head, $this->head() );
	}

	public function test_what_every_page_reads_is_loaded_with_all_other_options(): void {
		foreach ( [ 'freshet_settings', 'freshet_delivery', 'freshet_schema' ] as $option ) {
			delete_option( $option );
		}
		Freshet_Schema::install();
		$this->assertSame( [], array_diff( [ 'freshet_settings', 'freshet_delivery', 'freshet_schema' ], array_keys( wp_load_alloptions( true ) ) ) );
	}
}
