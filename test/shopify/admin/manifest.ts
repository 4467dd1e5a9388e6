import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installPart } from "../../support/part.ts";
import type { Frame } from "./frame.ts";

/** An element of Polaris, as Shopify publishes it. */
interface Published {
  readonly tagName?: string;
  readonly attributes?: readonly { readonly name: string; readonly type?: { readonly text: string } }[];
  readonly slots?: readonly { readonly name: string }[];
}
export type Manifest = ReadonlyMap<string, Published>;

/** One element of a page, as it stands in the document. */
interface Used {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Tag of the element around it. */
  readonly within: string;
}

/** Fetched on first use. */
export async function loadManifest(): Promise<Manifest> {
  const part = await installPart(join(import.meta.dirname, "../../parts/polaris-types"));
  const file = part.require.resolve("@shopify/polaris-types/custom-elements");
  const { modules } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly modules: readonly { readonly declarations?: readonly Published[] }[];
  };
  const all = modules.flatMap(({ declarations = [] }) => declarations);
  return new Map(all.flatMap((each) => (each.tagName === undefined ? [] : [[each.tagName, each]])));
}

/** What any element may carry, and what marks an element for tests and for the style sheet. */
const GLOBAL = /^(?:id|class|slot|role|tabindex|hidden|aria-.+|data-.+)$/;
/** App Bridge's own. */
const APP_BRIDGE = ["s-app-nav"];

/** What the page says to Polaris that Polaris does not know: elements, attributes, values, slots. */
export async function unknownIn(frame: Frame, manifest: Manifest): Promise<readonly string[]> {
  const used = await frame.evaluate<Used[]>(() =>
    [...document.querySelectorAll("body *")]
      .filter(({ localName }) => localName.startsWith("s-"))
      .map((element) => ({
        tag: element.localName,
        attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
        within: element.parentElement?.localName ?? "",
      })),
  );
  return [
    ...new Set(
      used
        .filter(({ within, tag }) => ![within, tag].some(isOfBridge))
        .flatMap((each) => faultsOf(each, manifest)),
    ),
  ];
}

const isOfBridge = (tag: string) => APP_BRIDGE.includes(tag);

function faultsOf({ tag, attributes, within }: Used, manifest: Manifest): readonly string[] {
  const known = manifest.get(tag);
  if (known === undefined) return [`<${tag}>`];
  const faults = Object.entries(attributes).flatMap(([name, value]) => {
    if (GLOBAL.test(name)) return [];
    const attribute = known.attributes?.find((each) => each.name === name);
    if (attribute === undefined) return [`<${tag} ${name}>`];
    const type = attribute.type?.text ?? "";
    const isList = /^(?:"[^"]*" \| )*"[^"]*"$/.test(type);
    return isList && !type.includes(`"${value}"`) ? [`<${tag} ${name}="${value}">`] : [];
  });
  const { slot } = attributes;
  const around = manifest.get(within);
  const hasPlace = slot === undefined || around?.slots?.some(({ name }) => name === slot) === true;
  return hasPlace ? faults : [...faults, `<${tag} slot="${slot}"> in <${within}>`];
}
