<?php
/**
 * Fills the media library past WordPress, and walks it: for tests of a large site.
 *   php fill.php <site> fill <count>      attachments with a file each; files are links to a few pictures
 *   php fill.php <site> walk [<steps>]    the scheduled walk, to the end of a round or for so many steps
 *   php fill.php <site> age               as if all that is known had been read a minute ago
 *   php fill.php <site> page <pictures>   what a page that shows so many pictures asks
 *   php fill.php <site> admin             what the admin's pages ask the journal
 * Prints JSON: times in milliseconds, counts of queries.
 */
[ , $site, $what ] = $argv;
$_SERVER += [ 'HTTP_HOST' => '127.0.0.1', 'SERVER_NAME' => '127.0.0.1', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/' ];
require "$site/wp-load.php";
global $wpdb;
const FOLDER = '2020/01';
const EVENTS = 20000;

function test_fill( int $count ): array {
	global $wpdb;
	$dir = wp_upload_dir()['basedir'] . '/' . FOLDER;
	wp_mkdir_p( $dir );
	$head = (int) $wpdb->get_var( "SELECT MAX(ID) FROM {$wpdb->posts}" );
	for ( $n = 1; $n <= $count; $n++ ) {
		// A file can have some 65,000 links.
		if ( 1 === $n % 20000 ) {
			$base  = "$dir/base$n.png";
			$image = imagecreatetruecolor( 8, 8 );
			imagefill( $image, 0, 0, $n % 16777216 );
			imagepng( $image, $base );
		}
		link( $base, "$dir/p$n.png" );
	}
	$wpdb->query( 'START TRANSACTION' );
	for ( $from = 1; $from <= $count; $from += 100 ) {
		$posts  = [];
		$metas  = [];
		$events = [];
		for ( $n = $from; $n < $from + 100 && $n <= $count; $n++ ) {
			$id      = $head + $n;
			$file    = FOLDER . "/p$n.png";
			$meta    = serialize( [ 'width' => 8, 'height' => 8, 'file' => $file, 'sizes' => [] ] );
			$posts[] = "($id, 1, '2020-01-01', '2020-01-01', '', 'p$n', '', 'inherit', 'p$n', '', '', '2020-01-01', '2020-01-01', '', 'attachment', 'image/png')";
			$metas[] = "($id, '_wp_attached_file', '$file')";
			$metas[] = "($id, '_wp_attachment_metadata', '$meta')";
			if ( $n <= EVENTS ) {
				$events[] = sprintf( "('evt_%032x', '{}', 1, 1, 1, %d, 'hook', 1, 'done', 1, 1)", $n, $id );
			}
		}
		$wpdb->query( "INSERT INTO {$wpdb->posts} (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, post_type, post_mime_type) VALUES " . implode( ',', $posts ) );
		$wpdb->query( "INSERT INTO {$wpdb->postmeta} (post_id, meta_key, meta_value) VALUES " . implode( ',', $metas ) );
		if ( $events ) {
			$wpdb->query( "INSERT INTO {$wpdb->prefix}freshet_outbox (id, payload, created_at, attempts, delivered_at, attachment_id, reason, files, outcome, outcome_at, settled_at) VALUES " . implode( ',', $events ) );
		}
	}
	$wpdb->query( 'COMMIT' );
	return [ 'attachments' => $count ];
}

function test_walk( int $most ): array {
	$steps   = 0;
	$queries = 0;
	$slowest = 0;
	do {
		global $wpdb;
		$before  = [ $wpdb->num_queries, microtime( true ) ];
		$more    = freshet()->scanner->step();
		$queries = max( $queries, $wpdb->num_queries - $before[0] );
		$slowest = max( $slowest, microtime( true ) - $before[1] );
	} while ( $more && ++$steps < $most );
	return freshet()->scanner->state() + freshet()->file_table->counts() + [ 'ended' => ! $more, 'steps' => $steps, 'most_queries' => $queries, 'slowest_ms' => (int) ( $slowest * 1000 ), 'memory_mb' => (int) ( memory_get_peak_usage() / 1048576 ) ];
}

function test_age( int $unused ): array {
	global $wpdb;
	return [ 'rows' => (int) $wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = hashed_at + 60 WHERE hashed_at > 0" ) ];
}

function test_page( int $pictures ): array {
	global $wpdb;
	$paths = [];
	for ( $n = 1; $n <= $pictures; $n++ ) {
		$paths[] = FOLDER . "/p$n.png";
	}
	$before   = $wpdb->num_queries;
	$versions = freshet()->files->look( $paths, 'stat' );
	return [ 'versions' => count( array_filter( $versions ) ), 'queries' => $wpdb->num_queries - $before ];
}

function test_admin( int $unused ): array {
	global $wpdb;
	$ids    = $wpdb->get_col( "SELECT ID FROM {$wpdb->posts} WHERE post_type = 'attachment' ORDER BY ID LIMIT 100" );
	$before = $wpdb->num_queries;
	$newest = freshet()->journal->newest( array_map( 'intval', $ids ) );
	$column = $wpdb->num_queries - $before;
	freshet()->journal->backlog();
	return [ 'states' => count( $newest ), 'column_queries' => $column, 'backlog_queries' => $wpdb->num_queries - $before - $column ];
}

$begun = microtime( true );
$made  = ( "test_$what" )( (int) ( $argv[3] ?? PHP_INT_MAX ) );
echo json_encode( $made + [ 'ms' => (int) ( ( microtime( true ) - $begun ) * 1000 ) ] );
