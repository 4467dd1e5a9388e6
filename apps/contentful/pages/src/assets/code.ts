import {
  buildDeliveryUrl,
  layer,
  readQuery,
  readTransformation,
  srcset,
  type Transformation,
} from "@freshet/core";

/** A picture that code is written for: the file's own address with its version, or a stable id. */
export interface CodeOf {
  readonly endpoint: string;
  readonly original: string;
  readonly version: string | undefined;
  readonly title: string;
  readonly width: number | undefined;
  readonly transformation: Transformation;
}

export const CODE_KINDS = ["url", "img", "markdown", "css"] as const;
export type CodeKind = (typeof CODE_KINDS)[number];

const WIDTHS = [320, 480, 640, 960, 1280, 1920, 2560];

/** Text that shows the picture in a page. What editors wrote is escaped for the place where it stands. */
export function codeFor(kind: CodeKind, of: CodeOf): string {
  const { endpoint, original, version, title, transformation } = of;
  const how = version === undefined ? {} : { version };
  const url = buildDeliveryUrl(endpoint, original, transformation, how);
  switch (kind) {
    case "url":
      return url;
    case "css":
      return `background-image: url("${url.replaceAll('"', "%22")}");`;
    case "markdown":
      return `![${title.replaceAll(/[\\[\]]/g, "\\$&").replaceAll(/\s+/g, " ")}](<${url}>)`;
    case "img": {
      const widths = widthsOf(of);
      const set = srcset(endpoint, original, widths, transformation, how);
      const responsive = set === "" ? "" : `\n  srcset="${escapeText(set)}"\n  sizes="100vw"`;
      return `<img\n  src="${escapeText(url)}"${responsive}\n  alt="${escapeText(title)}"\n  loading="lazy">`;
    }
  }
}

/** Widths no larger than the picture is, nor than its place asks for twice over. */
function widthsOf({ width, transformation }: CodeOf): readonly number[] {
  const asked = transformation.resize?.w;
  const most = Math.min(
    width ?? Number.POSITIVE_INFINITY,
    asked === undefined ? Number.POSITIVE_INFINITY : 2 * asked,
  );
  return WIDTHS.filter((each) => each <= most);
}

/** What a query such as "w=400&h=300" asks for, above what else is asked. */
export const withQuery = (query: string, below: Transformation = {}): Transformation =>
  layer(readTransformation(readQuery(query)).transformation, below);

const escapeText = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
