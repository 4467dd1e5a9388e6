import { createHash } from "node:crypto";
import type { RunningApp } from "../../test/shopify/app.ts";
import { doneChange, newestChange } from "../../test/shopify/installation.ts";
import type { LocalShopify } from "../../test/shopify/local/local-shopify.ts";
import type { LocalShop } from "../../test/shopify/local/shop.ts";
import type { Content, Shown } from "./shop.ts";

/** What can be replaced: a product's picture, which Shopify tells of, and a file, which it does not. */
export const SUBJECTS = ["product", "file"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface Replaceable {
  /** File name, "hat.jpg". */
  readonly name: string;
  /** A delivery URL without a version, which stays the same whatever becomes of the picture. */
  readonly address: string;
  /** How often it was replaced and Done. */
  done: number;
  isUnderWay: boolean;
}

/** Replaces pictures and writes down what becomes of it. */
export interface Changes {
  readonly subjects: Readonly<Record<Subject, Replaceable>>;
  /** Every line that was written, oldest first. */
  readonly lines: readonly string[];
  /** Resolves when it is Done, or the lines say why not; false at once while the one before is under way. */
  replace(subject: Subject): Promise<boolean>;
}

export interface ChangesOptions {
  readonly shopify: LocalShopify;
  readonly shop: LocalShop;
  readonly content: Content;
  readonly app: RunningApp;
  /** Address of the Freshet server, and the key of its project. */
  readonly freshet: string;
  readonly key: string;
  /** Seconds between two polls. */
  readonly pollS: number;
  readonly write: (line: string) => void;
}

const MOST_LINES = 500;
const NAME_WIDTH = 8;

const outcomeOf = (before: string | undefined, now: string | undefined) =>
  now === undefined
    ? "leads to Shopify's picture, since the app is switched off"
    : now === before
      ? "STILL GIVES THE OLD PICTURE"
      : "gives the new picture";

export function createChanges(options: ChangesOptions): Changes {
  const { shopify, shop, content, app, freshet, key } = options;
  const [first] = content.products;
  if (first === undefined) throw new Error("The shop has no product.");
  const lines: string[] = [];
  const shown: Readonly<Record<Subject, Shown>> = { product: first.shown, file: content.lake };
  const subjectOf = ({ file: { path } }: Shown): Replaceable => ({
    name: path.replace(/.*\//, ""),
    address: `${freshet}/v7/${shop.url}/cdn/shop/${path}?w=640`,
    ...{ done: 0, isUnderWay: false },
  });
  const subjects = { product: subjectOf(shown.product), file: subjectOf(shown.file) };

  /** Of what is delivered; undefined where Freshet leads to Shopify, as it does while the app is switched off. */
  const digest = async (address: string) => {
    const response = await fetch(address, { redirect: "manual" });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status === 302) return undefined;
    if (!response.ok) throw new Error(`${address} answers ${response.status}.`);
    return createHash("sha256").update(bytes).digest("hex");
  };
  const invalidation = async (uuid: string) => {
    const response = await fetch(`${freshet}/invalidate/${uuid}`, { headers: { "x-client-key": key } });
    return ((await response.json()) as { readonly invalidation: Entry }).invalidation;
  };

  const follow = async (subject: Subject, say: (line: string, at?: number) => void) => {
    const { file, next } = shown[subject];
    const { address } = subjects[subject];
    const [before, after, version] = [await digest(address), await newestChange(app, shop), file.version];
    next();
    say(`has another picture in the shop: Shopify's version was ${version} and is ${file.version}`);
    if (subject === "product") {
      await shopify.tell(shop, first.product);
      say("Shopify told the app by the webhook products/update, and the app took it");
    } else say(`no webhook tells of a file; the app asks for them every ${options.pollS} s`);
    const change = await doneChange(app, shop, { path: file.path, after, to: file.version });
    say(
      `the app found it by ${change.cause}: ${change.kind}, ${change.from} → ${change.to}`,
      Date.parse(change.at),
    );
    for (const uuid of change.invalidations as readonly string[]) {
      const { stages, evidence } = await invalidation(uuid);
      for (const { status, at } of stages) say(`Freshet: ${status}`, Date.parse(at));
      if (evidence)
        say(`Freshet: bytes of ${evidence.bytes.changed} changed, ${evidence.bytes.same} the same`);
    }
    const now = await digest(address);
    say(`Done: ${address} ${outcomeOf(before, now)}`);
  };

  return {
    subjects,
    lines,
    async replace(subject) {
      const one = subjects[subject];
      if (one.isUnderWay) return false;
      one.isUnderWay = true;
      const begun = Date.now();
      const say = (text: string, at = Date.now()) => {
        const line = `${one.name.padEnd(NAME_WIDTH)} ${((at - begun) / 1_000).toFixed(1).padStart(5)} s  ${text}`;
        lines.push(line);
        lines.splice(0, lines.length - MOST_LINES);
        options.write(line);
      };
      try {
        await follow(subject, say);
        one.done += 1;
      } catch (error) {
        say(`it did not come about: ${error instanceof Error ? error.message : error}`);
      } finally {
        one.isUnderWay = false;
      }
      return true;
    },
  };
}

/** The part of an entry of the log that is shown. */
interface Entry {
  readonly stages: readonly { readonly status: string; readonly at: string }[];
  readonly evidence?: { readonly bytes: { readonly changed: number; readonly same: number } } | null;
}
