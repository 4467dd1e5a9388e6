import { itemsOf } from "../look.ts";
import { escapeAttribute } from "./html.ts";
import { goesByWidth, type Picture, type Snippet } from "./picture.ts";

/** With the plugin's own builder in a theme of WordPress, and without anything else anywhere. */
export function phpSnippets(picture: Picture): readonly Snippet[] {
  const plain = { title: "Plain PHP", code: plainPhp(picture) };
  if (!picture.spelling.v7) return [plain];
  return [
    {
      title: "WordPress theme",
      needs: "The Freshet plugin, 0.1 or newer. Pictures of posts and pages it rewrites by itself.",
      code: wordPress(picture),
    },
    plain,
  ];
}

function wordPress(picture: Picture): string {
  const { look, spelling, candidates } = picture;
  const query = (each: Picture["look"]) =>
    [...itemsOf(each.values, spelling.keepsNeutral), ...controlsOf(each)].join("&");
  return [
    "<?php",
    `$base = Freshet_Delivery_Url::base( freshet()->settings->endpoint(), ${quoted(look.original)} );`,
    "$ask  = static function ( string $query ) use ( $base ): string {",
    "\treturn '' === $query ? $base : $base . ( false === strpos( $base, '?' ) ? '?' : '&' ) . $query;",
    "};",
    "?>",
    ...imageOf(picture, {
      src: `<?php echo esc_url( $ask( ${quoted(query(look))} ) ); ?>`,
      srcset: candidates.map(
        (each) => `<?php echo esc_url( $ask( ${quoted(query(each.look))} ) ); ?> ${each.descriptor}`,
      ),
      text: (text) => `<?php echo esc_attr( ${quoted(text)} ); ?>`,
    }),
  ].join("\n");
}

function plainPhp(picture: Picture): string {
  const { endpoint, look, spelling, candidates } = picture;
  const wish = (each: Picture["look"]) => {
    const pairs = [...itemsOf(each.values, spelling.keepsNeutral), ...controlsOf(each)].map((item) => {
      const [name = "", ...value] = item.split("=");
      return `${quoted(name)} => ${quoted(decodeURIComponent(value.join("=")))}`;
    });
    return `[${pairs.length > 0 ? ` ${pairs.join(", ")} ` : ""}]`;
  };
  return [
    "<?php",
    "function delivery_url( string $original, array $wish ): string {",
    `\treturn ${quoted(`${endpoint}${spelling.v7 ? "/v7" : ""}/`)} . rawurlencode( $original )`,
    "\t\t. '?' . http_build_query( [ 'ci_url_encoded' => 1 ] + $wish, '', '&', PHP_QUERY_RFC3986 );",
    "}",
    `$original = ${quoted(look.original)};`,
    "?>",
    ...imageOf(picture, {
      src: `<?= htmlspecialchars( delivery_url( $original, ${wish(look)} ) ) ?>`,
      srcset: candidates.map(
        (each) =>
          `<?= htmlspecialchars( delivery_url( $original, ${wish(each.look)} ) ) ?> ${each.descriptor}`,
      ),
      text: (text) => escapeAttribute(text),
    }),
  ].join("\n");
}

function imageOf(
  picture: Picture,
  written: {
    readonly src: string;
    readonly srcset: readonly string[];
    readonly text: (text: string) => string;
  },
): readonly string[] {
  const { alt, sizes, shown } = picture;
  const attributes = [
    `src="${written.src}"`,
    ...(written.srcset.length > 0 ? [`srcset="${written.srcset.join(",\n\t\t")}"`] : []),
    ...(goesByWidth(picture) ? [`sizes="${written.text(sizes)}"`] : []),
    ...(shown ? [`width="${shown.width}" height="${shown.height}"`] : []),
    `alt="${written.text(alt)}"`,
    'loading="lazy" decoding="async"',
  ];
  return ["<img", ...attributes.map((each) => `\t${each}`), ">"];
}

function controlsOf({ preset, cacheSeconds, version }: Picture["look"]): readonly string[] {
  return [
    ...(preset === undefined ? [] : [`p=${encodeURIComponent(preset)}`]),
    ...(cacheSeconds === undefined ? [] : [`ci_cache=${cacheSeconds}`]),
    ...(version === undefined ? [] : [`vh=${encodeURIComponent(version)}`]),
  ];
}

/** A text of PHP in single quotes; `?>` inside it ends nothing. */
const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
