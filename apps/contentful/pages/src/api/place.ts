/** What the app keeps in its installation parameters: every member of a space can read them, so there is no secret among them. */
export interface Parameters {
  /** Address of the connector, where Contentful serves the pages. */
  readonly connector?: string;
  readonly presets?: readonly Preset[];
}

/** A named way to show a picture. */
export interface Preset {
  readonly name: string;
  /** Parameters of a delivery URL, such as "w=1600&h=600". */
  readonly query: string;
}

export const USUAL_PRESETS: readonly Preset[] = [
  { name: "Wide 16:9", query: "w=1280&h=720" },
  { name: "Square", query: "w=600&h=600" },
  { name: "Portrait 4:5", query: "w=640&h=800" },
];

const SERVED_AT = "/contentful/app/";

/** Where the connector is, without a slash at the end: it serves the pages, or the parameters name it. */
export function connectorAt(page: string, { connector }: Parameters): string | undefined {
  const { origin, pathname } = new URL(page);
  const at = pathname.indexOf(SERVED_AT);
  if (at !== -1) return origin + pathname.slice(0, at);
  return connector === undefined ? undefined : readAddress(connector);
}

/** Whether the pages come from the connector itself, so that nobody has to write down where it is. */
export const isServedByConnector = (page: string) => new URL(page).pathname.includes(SERVED_AT);

/** An address as a person writes it, without a slash at the end; undefined for what is none, or sends secrets in the clear. */
export function readAddress(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null || url.search !== "" || url.hash !== "" || url.username !== "") return undefined;
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) return undefined;
  return url.href.replace(/\/+$/, "");
}

/** Reads whatever is in the installation parameters. */
export function readParameters(value: unknown): Parameters {
  if (typeof value !== "object" || value === null) return {};
  const { connector, presets } = value as Readonly<Record<string, unknown>>;
  return {
    ...(typeof connector === "string" && connector !== "" && { connector }),
    ...(Array.isArray(presets) && { presets: presets.filter(isPreset) }),
  };
}

function isPreset(value: unknown): value is Preset {
  if (typeof value !== "object" || value === null) return false;
  const { name, query } = value as Readonly<Record<string, unknown>>;
  return typeof name === "string" && typeof query === "string";
}
