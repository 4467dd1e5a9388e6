// What the WordPress plugin costs: milliseconds that a page of 85 KB takes longer, and admin pages over a library of 100,000
// attachments. `npx node scripts/wordpress-cost.ts [attachments] [sqlite|mariadb]`; both sides take turns on the same machine.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runPhp } from "../test/support/wordpress/php.ts";
import { startWordpress } from "../test/support/wordpress.ts";

const ROOT = join(import.meta.dirname, "..");
const ATTACHMENTS = Number(process.argv[2] ?? 100_000);
const DATABASE = process.argv[3] === "sqlite" ? "sqlite" : "mariadb";
const TURNS = 12;
const REQUESTS = 300;

const PAGE = `
  $html = '';
  foreach ( get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'numberposts' => 30, 'fields' => 'ids', 'orderby' => 'ID', 'order' => 'ASC' ] ) as $id ) {
    $html .= '<figure class="wp-block-image">' . wp_get_attachment_image( $id, 'large' ) . '</figure>';
  }
  for ( $i = 0; strlen( $html ) < 85 * 1024; $i++ ) {
    $html .= "<div class=\\"wp-block-group is-layout-flow\\" id=\\"b$i\\"><p class=\\"has-text-align-left\\">" . str_repeat( 'Lorem ipsum dolor sit amet. ', 6 ) . "<a href=\\"/page/$i\\">consectetur</a></p></div>\\n";
  }
  $html = "<!DOCTYPE html><html><body>$html</body></html>";`;

/**
 * Without the plugin where a request says so. What a request cost goes to a file: milliseconds of the processor and of the
 * clock, from before plugins are loaded to the end, and `?page` shows the page above through a template.
 */
const SWITCH = `<?php
add_filter( 'option_active_plugins', function ( $plugins ) { return isset( $_SERVER['HTTP_X_WITHOUT'] ) ? array_diff( (array) $plugins, [ 'freshet/freshet.php' ] ) : $plugins; } );
if ( isset( $_GET['page'] ) ) {
  $used  = function () { $used = getrusage(); return ( $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] ) * 1e3 + ( $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'] ) / 1e3; };
  $begun = [ $used(), hrtime( true ) / 1e6 ];
  add_filter( 'template_include', function () { return WP_CONTENT_DIR . '/page.html'; } );
  register_shutdown_function( function () use ( $used, $begun ) {
    while ( ob_get_level() ) { ob_end_flush(); }
    $line = [ isset( $_SERVER['HTTP_X_WITHOUT'] ) ? 'without' : 'with', $used() - $begun[0], hrtime( true ) / 1e6 - $begun[1] ];
    file_put_contents( WP_CONTENT_DIR . '/cost.log', implode( ' ', $line ) . "\\n", FILE_APPEND | LOCK_EX );
  } );
}
`;

const STATE = `printf( 'WordPress %s, PHP %s, pcre.jit %s, ${DATABASE}', $GLOBALS['wp_version'], PHP_VERSION, ini_get( 'pcre.jit' ) );`;

const wordpress = await startWordpress({
  plugins: [join(ROOT, "apps/wordpress/plugin")],
  constants: { FRESHET_ENDPOINT: "http://127.0.0.1:1", WP_DEBUG: false },
  database: DATABASE,
});
try {
  await mkdir(join(wordpress.site, "wp-content/mu-plugins"), { recursive: true });
  await writeFile(join(wordpress.site, "wp-content/mu-plugins/switch.php"), SWITCH);
  console.log(await runPhp(wordpress.site, STATE));
  await costOfPage();
  await costOfRequest();
  await costOfAdmin();
} finally {
  await wordpress.stop();
}

/** The work alone, in one process. */
async function costOfPage(): Promise<void> {
  const printed = await runPhp(
    wordpress.site,
    `require_once ABSPATH . 'wp-admin/includes/image.php';
    $folder = wp_upload_dir()['path']; // It makes the folder.
    for ( $i = 0; $i < 30; $i++ ) {
      $image = imagecreatetruecolor( 1200, 800 );
      imagefill( $image, 0, 0, $i * 5000 );
      imagejpeg( $image, "$folder/p$i.jpg" );
      $id = wp_insert_attachment( [ 'post_mime_type' => 'image/jpeg', 'post_title' => "p$i", 'post_status' => 'inherit' ], "$folder/p$i.jpg" );
      wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, "$folder/p$i.jpg" ) );
    }
    freshet()->watcher->act();
    ${PAGE}
    file_put_contents( WP_CONTENT_DIR . '/page.html', $html );
    freshet()->rewriter->rewrite( $html );
    freshet()->files->tell();
    global $wpdb;
    $wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = hashed_at + 10" );
    // By the clock, and by the processor time of this process alone, which tells more where others work beside it.
    $clocks = [
      'clock'     => function () { return hrtime( true ) / 1e6; },
      'processor' => function () { $used = getrusage(); return ( $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] ) * 1e3 + ( $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'] ) / 1e3; },
    ];
    $time = function ( $work ) use ( $clocks ) {
      $said = [];
      foreach ( $clocks as $name => $now ) {
        $all = [];
        for ( $i = 0; $i < 200; $i++ ) { $begun = $now(); $work(); $all[] = $now() - $begun; }
        sort( $all );
        $said[] = sprintf( '%s %.2f best, %.2f median', $name, $all[0], $all[100] );
      }
      return implode( '; ', $said );
    };
    $before = $wpdb->num_queries;
    $out    = freshet()->rewriter->rewrite( $html );
    printf( "%d bytes, 30 pictures, %d delivery URLs, %d queries\\n", strlen( $html ), substr_count( $out, '/v7/' ), $wpdb->num_queries - $before );
    printf( "rewritten in, ms        %s\\n", $time( function () use ( $html ) { freshet()->rewriter->rewrite( $html ); } ) );
    printf( "of which the query      %s\\n", $time( function () { global $wpdb; $wpdb->flush(); $paths = []; for ( $i = 0; $i < 30; $i++ ) { $paths[] = trim( wp_get_upload_dir()['subdir'], '/' ) . "/p$i.jpg"; } freshet()->file_table->rows( $paths ); } ) );
    printf( "a walk through it alone %s\\n", $time( function () use ( $html ) { Freshet_Tags::change( $html, false, function ( $found ) { return $found[0]; } ); } ) );
    printf( "by the HTML API         %s\\n", $time( function () use ( $html ) { $tags = new WP_HTML_Tag_Processor( $html ); while ( $tags->next_tag() ) { $tags->get_tag(); } } ) );`,
  );
  console.log(printed.trim());
}

/** What a visitor waits longer, everything included: loading the plugin, its options, its query, its work. */
async function costOfRequest(): Promise<void> {
  const waited: Record<string, number[]> = { with: [], without: [] };
  for (let turn = 0; turn < REQUESTS + 10; turn += 1) {
    for (const side of turn % 2 === 0 ? ["with", "without"] : ["without", "with"]) {
      const begun = performance.now();
      const answer = await fetch(`${wordpress.url}/?page`, {
        headers: side === "with" ? {} : { "x-without": "1" },
      });
      const page = await answer.text();
      if (turn >= 10) waited[side]?.push(performance.now() - begun);
      if (page.includes("/v7/") !== (side === "with")) throw new Error(`${side}: ${page.slice(0, 200)}`);
    }
  }
  const log = (await readFile(join(wordpress.site, "wp-content/cost.log"), "utf8")).trim().split("\n");
  const of = (side: string, column: number) =>
    log
      .map((line) => line.split(" "))
      .filter(([who]) => who === side)
      .slice(10)
      .map((line) => Number(line[column]));
  console.log(`the same page over HTTP, ${REQUESTS} requests each by turns, median ms:`);
  const say = (what: string, on: readonly number[], off: readonly number[]) =>
    console.log(
      `  ${what.padEnd(20)} with ${median(on).toFixed(2)}   without ${median(off).toFixed(2)}   added ${(median(on) - median(off)).toFixed(2)}`,
    );
  say("processor of PHP", of("with", 1), of("without", 1));
  say("clock of PHP", of("with", 2), of("without", 2));
  say("visitor", waited.with ?? [], waited.without ?? []);
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

async function costOfAdmin(): Promise<void> {
  const cookie = await runPhp(
    wordpress.site,
    `global $wpdb;
    $wpdb->query( 'START TRANSACTION' );
    for ( $i = 1; $i <= ${ATTACHMENTS}; $i += 200 ) {
      $posts = []; $meta = []; $files = [];
      for ( $j = $i; $j < min( $i + 200, ${ATTACHMENTS} + 1 ); $j++ ) {
        $id      = 100000 + $j;
        $path    = "2020/01/m$j.jpg";
        $posts[] = "($id, 1, '2020-01-01 00:00:00', '2020-01-01 00:00:00', '', 'm$j', '', 'inherit', 'm$j', 'http://x/$path', 'attachment', 'image/jpeg', '', '', '', '2020-01-01 00:00:00', '2020-01-01 00:00:00')";
        $meta[]  = "($id, '_wp_attached_file', '$path')";
        $meta[]  = "($id, '_wp_attachment_metadata', '" . serialize( [ 'width' => 1200, 'height' => 800, 'file' => $path, 'sizes' => [] ] ) . "')";
        $files[] = "('" . sha1( $path ) . "', $id, '$path', '" . hash( 'sha256', $path ) . "', 'c0123456789ab')";
      }
      $wpdb->query( "INSERT INTO {$wpdb->posts} (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name, guid, post_type, post_mime_type, to_ping, pinged, post_content_filtered, post_modified, post_modified_gmt) VALUES " . implode( ',', $posts ) );
      $wpdb->query( "INSERT INTO {$wpdb->postmeta} (post_id, meta_key, meta_value) VALUES " . implode( ',', $meta ) );
      $wpdb->query( "INSERT INTO {$wpdb->prefix}freshet_files (path_hash, attachment_id, path, sha256, vh) VALUES " . implode( ',', $files ) );
    }
    $wpdb->query( 'COMMIT' );
    $expires = time() + 3600;
    $token   = WP_Session_Tokens::get_instance( 1 )->create( $expires );
    echo AUTH_COOKIE, '=', rawurlencode( wp_generate_auth_cookie( 1, $expires, 'auth', $token ) ), '; ', LOGGED_IN_COOKIE, '=', rawurlencode( wp_generate_auth_cookie( 1, $expires, 'logged_in', $token ) );`,
  );
  const load = async (path: string, without: boolean) => {
    const begun = performance.now();
    const response = await fetch(`${wordpress.url}/wp-admin/${path}`, {
      headers: { cookie, ...(without && { "x-without": "1" }) },
      redirect: "manual",
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return performance.now() - begun;
  };
  console.log(`admin pages over ${ATTACHMENTS} attachments, ms best / median:`);
  for (const path of [
    "index.php",
    "upload.php?mode=list",
    "upload.php?mode=grid",
    "edit.php",
    "options-general.php",
    "site-health.php",
  ]) {
    const [on, off]: [number[], number[]] = [[], []];
    await load(path, true);
    await load(path, false);
    for (let turn = 0; turn < TURNS; turn += 1) {
      on.push(await load(path, false));
      off.push(await load(path, true));
    }
    console.log(`  ${path.padEnd(24)} with ${figures(on)}   without ${figures(off)}`);
  }
}

function figures(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${Math.round(sorted[0] ?? 0)} / ${Math.round(sorted[sorted.length >> 1] ?? 0)}`;
}
