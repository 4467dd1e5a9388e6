import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPhp } from "../support/wordpress/php.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";
import { type Blog, startBlog } from "./blog.ts";
import { type Difference, differenceOf } from "./difference.ts";

const missing = wordpressIsMissing();

/** What may read otherwise, and nothing else. */
const INTENDED =
  /^(?:img (?:src|srcset|data-src|data-srcset)|source srcset|video poster|a href|link href|div (?:style|data-bg)|figure style)$/;

describe.skipIf(missing)(`pages with the WordPress plugin ${missing ?? ""}`, () => {
  let blog: Blog;
  beforeAll(async () => {
    blog = await startBlog();
  }, 600_000);
  afterAll(() => blog?.stop());

  test.each(["twentytwentyfive", "classic"])(
    "differ in the intended attributes alone, theme %s",
    async (theme) => {
      await runPhp(blog.wordpress.site, `switch_theme( '${theme}' );`);
      for (const path of ["/", blog.long, blog.short, "/?s=block", "/?author=1"]) {
        const before = await blog.page(path, { "x-without": "1" });
        const after = await blog.page(path);
        const difference = differenceOf(withoutClicks(before), withoutClicks(after));
        expect(difference.attributes.length, path).toBeGreaterThan(0);
        for (const { tag, name, before, after } of difference.attributes) {
          expect(`${tag} ${name}`).toMatch(INTENDED);
          expect(meaning(after, blog.freshet.url), `${tag} ${name}`).toBe(meaning(before, blog.freshet.url));
        }
        for (const [before, after] of difference.styles)
          expect(meaning(after, blog.freshet.url)).toBe(meaning(before, blog.freshet.url));
        expect(difference.added).toEqual([]);
        expect(namesOf(difference)).toEqual(["script", "link preconnect"]);
        // With its port, which WordPress's own hints lose.
        expect(difference.inserted[1]).toContain(`href='${blog.freshet.url}'`);
        // Scripts, templates and comments of the page name originals.
        if (path === blog.long) {
          for (const untouched of [
            /window\.named = [^;]*;/,
            /<!-- <img.*?-->/,
            /<textarea>.*?<\/textarea>/,
            /ld\+json">.*?<\/script>/,
            /<img[^>]*no-freshet[^>]*>/,
          ]) {
            expect(before).toMatch(untouched);
            expect(untouched.exec(after)?.[0]).toBe(untouched.exec(before)?.[0]);
          }
          expect(difference.styles.length).toBeGreaterThan(0);
          // What a click on the picture enlarges: WordPress hands that to its script.
          expect(after).toContain(
            `"uploadedSrc":"${blog.freshet.url}/v7/${blog.pictures.landscape.url}?vh=c`,
          );
        }
      }
      await runPhp(blog.wordpress.site, "switch_theme( 'twentytwentyfive' );");
    },
  );

  test("name pictures that all exist, at the width they promise", async () => {
    const page = await blog.page(blog.long);
    const urls = deliveryUrls(page, blog.freshet.url);
    expect(urls.length).toBeGreaterThan(15);
    expect(urls.filter((url) => /[?&]w=\d+&vh=c[0-9a-f]{12}$/.test(url)).length).toBeGreaterThan(8);
    expect(urls.filter((url) => !/[?&]vh=c[0-9a-f]{12}$/.test(url))).toEqual([]);
    for (const url of urls) {
      const response = await fetch(url, { headers: { accept: "image/webp,*/*" } });
      expect(response.status, url).toBe(200);
      expect(response.headers.get("content-type"), url).toMatch(/^image\//);
      expect(response.headers.get("cache-control"), url).toMatch(/immutable/);
      await response.body?.cancel();
    }
  });

  test("read the same from a page cache, in front of the plugin or behind it", async () => {
    const fresh = await blog.page(blog.short);
    expect(await blog.page(blog.short, { "x-cache": "store" })).toBe(fresh);
    expect(await blog.page(blog.short, { "x-cache": "show" })).toBe(fresh);
  });

  test("leave no delivery URL in the database, the editor, the admin or the API that editors read", async () => {
    const where = blog.freshet.url;
    for (const path of ["/wp-login.php", "/wp-sitemap.xml", "/robots.txt"])
      expect(await blog.page(path)).not.toContain(where);
    await blog.configure({ rest: true });
    const edit = JSON.stringify(await blog.wordpress.rest("GET", "/wp/v2/posts&context=edit"));
    const media = JSON.stringify(await blog.wordpress.rest("GET", "/wp/v2/media&context=view"));
    expect(edit + media).toContain("landscape.jpg");
    expect(edit + media).not.toContain(where);
    const stored = await runPhp(
      blog.wordpress.site,
      `global $wpdb;
      foreach ( [ 'posts' => 'post_content', 'postmeta' => 'meta_value' ] as $table => $column )
        echo count( $wpdb->get_col( $wpdb->prepare( "SELECT 1 FROM {$wpdb->prefix}$table WHERE $column LIKE %s", '%/v7/http%' ) ) ), ' ';`,
    );
    expect(stored.trim()).toBe("0 0");
  });

  test("reach feeds, and the API where its owner says so", async () => {
    const feed = await blog.page("/?feed=rss2");
    expect(deliveryUrls(feed, blog.freshet.url).length).toBeGreaterThan(0);
    expect(feed).toMatch(/^<\?xml/);
    const route = `${blog.wordpress.url}/?rest_route=/wp/v2/posts`;
    await blog.configure({ rest: false, feeds: false });
    expect(await (await fetch(route)).text()).not.toContain("/v7/");
    expect(await blog.page("/?feed=rss2")).not.toContain(blog.freshet.url);
    await blog.configure({ rest: true, feeds: true });
    const posts = (await (await fetch(route)).json()) as { content: { rendered: string } }[];
    expect(posts.some(({ content }) => content.rendered.includes(`src="${blog.freshet.url}/v7/`))).toBe(true);
    const [picture] = (await (
      await fetch(`${blog.wordpress.url}/?rest_route=/wp/v2/media&per_page=1`)
    ).json()) as { source_url: string }[];
    expect(picture?.source_url).toContain(`${blog.freshet.url}/v7/`);
  });

  test("wait for no query per picture, and load no part of the plugin that they do not need", async () => {
    const code = `
      $count = function ( $html ) { global $wpdb; $before = $wpdb->num_queries; freshet()->rewriter->rewrite( $html ); return $wpdb->num_queries - $before; };
      $html = file_get_contents( 'php://stdin' );
      $count( $html ); freshet()->files->tell();
      global $wpdb; $wpdb->query( "UPDATE {$wpdb->prefix}freshet_files SET hashed_at = hashed_at + 10" );
      echo $count( $html ), ' ', implode( ' ', preg_filter( '~^.*/freshet/includes/class-freshet-(.+)\\.php$~', '$1', get_included_files() ) );`;
    const page = await blog.page(blog.long, { "x-without": "1" });
    const printed = await runPhp(
      blog.wordpress.site,
      code.replace("file_get_contents( 'php://stdin' )", JSON.stringify(page).replaceAll("$", "\\$")),
    );
    const [queries, ...parts] = printed.split(" ");
    // One for the full pictures, one for the crops.
    expect(Number(queries)).toBe(2);
    expect(parts).toContain("document");
    for (const part of [
      "schema",
      "watcher",
      "push",
      "scanner",
      "rest",
      "health",
      "connection",
      "settings-page",
    ])
      expect(parts).not.toContain(part);
  });
});

/** A page without what WordPress makes up anew for each view of a picture that can be clicked. */
function withoutClicks(page: string): string {
  const [, id] = /"metadata":\{"([0-9a-f]{13})"/.exec(page) ?? [];
  const calm = page.replaceAll(/"uploadedSrc":"[^"]*"/g, '"uploadedSrc":""');
  return id === undefined ? calm : calm.replaceAll(id, "id");
}

/** A value with every address of a picture written as its original: without delivery, parameters, size and entities. */
function meaning(value: string, endpoint: string): string {
  return value
    .replaceAll(/&(?:amp|#0?38);/g, "&")
    .replaceAll(/&(?:apos|#0?39);/g, "'")
    .replaceAll("&quot;", '"')
    .replaceAll(new RegExp(`${endpoint}/v7/([^\\s"')?]+)\\?[^\\s"',)]*`, "g"), "$1")
    .replaceAll(/(\/uploads\/[^\s"')]+?)(?:-\d+x\d+|-scaled)?(\.(?:jpg|png|gif))/g, "$1$2");
}

function deliveryUrls(page: string, endpoint: string): string[] {
  const found = page.matchAll(
    new RegExp(`${endpoint}/v7/[^\\s"')<>\\\\]+?(?=&#0?39;|&apos;|&quot;|[\\s"')<>\\\\])`, "g"),
  );
  return [...new Set([...found].map(([url]) => url.replaceAll(/&(?:amp|#0?38);/g, "&")))].filter(
    (url) => url !== `${endpoint}/v7/`,
  );
}

function namesOf({ inserted }: Difference): readonly string[] {
  return inserted.map((element) =>
    element.startsWith("<script") ? "script" : `link ${/rel=['"]([^'"]*)/.exec(element)?.[1]}`,
  );
}
