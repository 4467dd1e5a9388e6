import { readFiles } from "../assets/asset-file.ts";
import type { Locales } from "../assets/names.ts";
import { type ContentfulEvent, isId, placeOf, titleOf } from "../event.ts";
import { dig, isRecord, text } from "../json.ts";
import type { Exchange, Place } from "./exchange.ts";

/** A published asset as the API lists it. */
export interface PublishedAsset {
  readonly event: Extract<ContentfulEvent, { kind: "published" }>;
  readonly place: number;
}

export interface PublishedPage {
  readonly assets: readonly PublishedAsset[];
  /** How many there are altogether. */
  readonly total: number;
  /** How many the API gave, understood or not. */
  readonly given: number;
  /** The API's clock; milliseconds since the epoch. */
  readonly at: number;
}

/** Port to the Content Management API: what the app may read of a space. */
export interface ContentfulClient {
  /** Published assets in the order of their making, from the `skip`th on. */
  published(place: Place, skip: number, limit: number): Promise<PublishedPage>;
  /** Those of the assets that are published now; at most 100 are asked for. */
  publishedOf(place: Place, assets: readonly string[]): Promise<readonly PublishedAsset[]>;
  /** Of those that still exist, whether they are archived. */
  draftsOf(place: Place, assets: readonly string[]): Promise<ReadonlyMap<string, "draft" | "archived">>;
  /** Which environment each alias stands for. */
  aliases(place: Place): Promise<ReadonlyMap<string, string>>;
  locales(place: Place): Promise<Locales>;
  /** Whether the user administers the space; undefined for somebody who does not belong to it. */
  isAdmin(place: Place, user: string): Promise<boolean | undefined>;
}

export function createContentfulClient(ask: Exchange, origins: readonly string[]): ContentfulClient {
  const read = ({ space, environment }: Place, body: unknown): PublishedAsset | undefined => {
    const asset = text(body, "sys", "id");
    if (!isId(asset)) return undefined;
    const fields = dig(body, "fields");
    const { files, remarks } = readFiles(fields, { space, asset, origins });
    const title = titleOf(fields);
    return {
      event: {
        ...{ kind: "published", environment, asset, files, remarks },
        ...(title !== undefined && { title }),
      },
      place: placeOf(dig(body, "sys")) ?? 0,
    };
  };
  const at = ({ space, environment }: Place) => `/spaces/${space}/environments/${environment}`;
  const select = "select=sys,fields.file,fields.title";

  return {
    async published(place, skip, limit) {
      const path = `${at(place)}/public/assets?order=sys.createdAt,sys.id&skip=${skip}&limit=${limit}&${select}`;
      const answer = await needed(ask(place, path), place);
      const items = itemsOf(answer.body);
      const total = dig(answer.body, "total");
      if (typeof total !== "number") throw new Error(ODD);
      const assets = items.flatMap((item) => read(place, item) ?? []);
      return { assets, total, given: items.length, at: answer.at };
    },
    async publishedOf(place, assets) {
      const query = `sys.id[in]=${assets.map(encodeURIComponent).join(",")}&limit=${assets.length}`;
      const answer = await needed(ask(place, `${at(place)}/public/assets?${query}&${select}`), place);
      return itemsOf(answer.body).flatMap((item) => read(place, item) ?? []);
    },
    async draftsOf(place, assets) {
      const query = `sys.id[in]=${assets.map(encodeURIComponent).join(",")}&limit=${assets.length}&select=sys`;
      const answer = await needed(ask(place, `${at(place)}/assets?${query}`), place);
      const found = new Map<string, "draft" | "archived">();
      for (const item of itemsOf(answer.body)) {
        const id = text(item, "sys", "id");
        if (isId(id)) found.set(id, text(item, "sys", "archivedAt") === undefined ? "draft" : "archived");
      }
      return found;
    },
    async aliases(place) {
      // A space without aliases has no such list.
      const answer = await ask(place, `/spaces/${place.space}/environment_aliases?limit=100`);
      const items = dig(answer?.body, "items");
      const found = new Map<string, string>();
      for (const item of Array.isArray(items) ? items : []) {
        const alias = text(item, "sys", "id");
        const environment = text(item, "environment", "sys", "id");
        if (isId(alias) && isId(environment)) found.set(alias, environment);
      }
      return found;
    },
    async locales(place) {
      const answer = await needed(ask(place, `${at(place)}/locales?limit=1000`), place);
      const items = dig(answer.body, "items");
      const listed = Array.isArray(items) ? items.filter(isRecord) : [];
      const codes = listed.flatMap(({ code, fallbackCode }) =>
        typeof code === "string"
          ? [[code, typeof fallbackCode === "string" ? fallbackCode : null] as const]
          : [],
      );
      const standard = listed.find((each) => each.default === true)?.code;
      return {
        default: typeof standard === "string" ? standard : undefined,
        fallbacks: Object.fromEntries(codes),
      };
    },
    async isAdmin(place, user) {
      const answer = await ask(place, `/spaces/${place.space}/space_members/${encodeURIComponent(user)}`);
      return answer === undefined ? undefined : dig(answer.body, "admin") === true;
    },
  };
}

const ODD = "Contentful's management API answered in a form that is not known.";

function itemsOf(body: unknown): readonly unknown[] {
  const items = dig(body, "items");
  if (!Array.isArray(items)) throw new Error(ODD);
  return items;
}

async function needed<T>(answer: Promise<T | undefined>, { space, environment }: Place): Promise<T> {
  const found = await answer;
  if (found === undefined)
    throw new Error(`Contentful knows no environment ${environment} of space ${space}.`);
  return found;
}
