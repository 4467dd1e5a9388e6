import { readQuery, readTransformation } from "@freshet/core";
import { itemsOf } from "../look.ts";
import { goesByWidth, type Picture, type Snippet, widthsOf } from "./picture.ts";

const NEEDS = "npm install @freshet/core";

/** A component that builds its URLs with @freshet/core, or names them where the builder has no word for what is asked. */
export function reactSnippets(picture: Picture): readonly Snippet[] {
  const { look, spelling } = picture;
  const needsWords = look.preset !== undefined || look.cacheSeconds !== undefined || spelling.keepsNeutral;
  return needsWords
    ? [{ title: "Component", code: literal(picture) }]
    : [{ title: "Component", needs: NEEDS, code: built(picture) }];
}

function built(picture: Picture): string {
  const { endpoint, look, spelling, candidates } = picture;
  const widths = widthsOf(picture);
  const options = [
    ...(look.version === undefined ? [] : [`version: ${JSON.stringify(look.version)}`]),
    ...(spelling.v7 ? [] : ["v7: false"]),
  ];
  const last = options.length === 0 ? "" : ", OPTIONS";
  const byRatio = candidates.filter(({ descriptor }) => descriptor.endsWith("x"));
  const ratios = byRatio.map(
    ({ look: each, descriptor }) =>
      `\${buildDeliveryUrl(ENDPOINT, ORIGINAL, ${wishOf(each.values)}${last})} ${descriptor}`,
  );
  return [
    `import { buildDeliveryUrl, ${widths.length > 0 ? "srcset, " : ""}type Transformation } from "@freshet/core";`,
    "",
    `const ENDPOINT = ${JSON.stringify(endpoint)};`,
    `const ORIGINAL = ${JSON.stringify(look.original)};`,
    `const WISH: Transformation = ${wishOf(look.values)};`,
    ...(options.length === 0 ? [] : [`const OPTIONS = { ${options.join(", ")} };`]),
    "",
    ...component(picture, {
      src: `{buildDeliveryUrl(ENDPOINT, ORIGINAL, WISH${last})}`,
      srcset:
        widths.length > 0
          ? `{srcset(ENDPOINT, ORIGINAL, [${widths.join(", ")}], WISH${last})}`
          : ratios.length > 0
            ? `{\`${ratios.join(", ")}\`}`
            : undefined,
    }),
  ].join("\n");
}

function literal(picture: Picture): string {
  const { endpoint, target, candidates } = picture;
  const set = candidates.map((each) => `${endpoint}${each.target} ${each.descriptor}`);
  return component(picture, {
    src: `{${JSON.stringify(endpoint + target)}}`,
    srcset: set.length === 0 ? undefined : `{${JSON.stringify(set.join(", "))}}`,
  }).join("\n");
}

function component(
  picture: Picture,
  { src, srcset }: { readonly src: string; readonly srcset: string | undefined },
): readonly string[] {
  const { alt, sizes, shown } = picture;
  const attributes = [
    `src=${src}`,
    ...(srcset === undefined ? [] : [`srcSet=${srcset}`]),
    ...(goesByWidth(picture) ? [`sizes={${JSON.stringify(sizes)}}`] : []),
    ...(shown ? [`width={${shown.width}}`, `height={${shown.height}}`] : []),
    `alt={${JSON.stringify(alt)}}`,
    'loading="lazy"',
    'decoding="async"',
  ];
  return [
    "export function Picture() {",
    "  return (",
    "    <img",
    ...attributes.map((each) => `      ${each}`),
    "    />",
    "  );",
    "}",
  ];
}

/** The typed transformation as TypeScript. */
function wishOf(values: Picture["look"]["values"]): string {
  return literalOf(readTransformation(readQuery(itemsOf(values, false).join("&"))).transformation);
}

function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, each]) => `${/^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name)}: ${literalOf(each)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
