import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILES = {
  "style.css": `/*
Theme Name: Classic
Version: 1.0
*/
body { margin: 0 auto; max-width: 800px; font: 18px/1.5 sans-serif }
img { max-width: 100%; height: auto }
`,
  "functions.php": `<?php
add_action( 'after_setup_theme', function () {
	add_theme_support( 'post-thumbnails' );
	add_theme_support( 'automatic-feed-links' );
	add_theme_support( 'title-tag' );
	add_theme_support( 'align-wide' );
	add_theme_support( 'html5', [ 'gallery', 'caption', 'style', 'script' ] );
	add_theme_support( 'custom-background', [ 'default-color' => 'ffffff' ] );
} );
add_action( 'wp_enqueue_scripts', function () {
	wp_enqueue_style( 'classic', get_stylesheet_uri() );
} );
`,
  "index.php": `<?php get_header(); ?>
<main>
<?php while ( have_posts() ) : the_post(); ?>
	<article <?php post_class(); ?>>
		<h1><a href="<?php the_permalink(); ?>"><?php the_title(); ?></a></h1>
		<?php the_post_thumbnail( 'large' ); ?>
		<?php is_singular() ? the_content() : the_excerpt(); ?>
	</article>
<?php endwhile; ?>
</main>
<?php get_footer(); ?>
`,
  "header.php": `<!doctype html>
<html <?php language_attributes(); ?>>
<head>
<meta charset="<?php bloginfo( 'charset' ); ?>">
<meta name="viewport" content="width=device-width, initial-scale=1">
<?php wp_head(); ?>
</head>
<body <?php body_class(); ?>>
<?php wp_body_open(); ?>
`,
  "footer.php": "<?php wp_footer(); ?>\n</body>\n</html>\n",
};

/** Puts the smallest theme of PHP templates into a site; its name there. Activates nothing. */
export async function addClassicTheme(site: string): Promise<string> {
  const folder = join(site, "wp-content/themes/classic");
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  return "classic";
}
