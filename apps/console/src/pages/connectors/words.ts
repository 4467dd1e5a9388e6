import type { Kind } from "../../pieces/kind.ts";
import type { Connector, Site, Walk } from "./shapes.ts";

/** Something in a word, with its colour, and what it means. */
export interface Saying {
  readonly kind: Kind;
  readonly word: string;
  readonly sentence: string;
}

const NAMES: Readonly<Record<string, string>> = {
  wordpress: "WordPress",
  shopify: "Shopify",
  contentful: "Contentful",
};

/** A CMS as people write it. */
export const nameOfKind = (kind: string): string =>
  (Object.hasOwn(NAMES, kind) ? NAMES[kind] : undefined) ?? kind.charAt(0).toUpperCase() + kind.slice(1);

/** From so many seconds on it is late, and not only busy. */
const LATE_S = 60;

const counted = (count: number, one: string, many: string) =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** How a connector is, by what it said last. */
export function sayConnector({ state, is_present: isPresent, lag, waiting, note }: Connector): Saying {
  if (!isPresent) {
    const sentence =
      "It has said nothing for longer than it promised. Changes in the CMS may go unheard until it is back.";
    return { kind: "bad", word: "Away", sentence };
  }
  if (state === "failing")
    return {
      kind: "bad",
      word: "Failing",
      sentence: note ?? "It says that something is wrong, and not what.",
    };
  if (state === "paused") {
    const sentence = "Somebody switched it off: changes in the CMS are not followed.";
    return { kind: "idle", word: "Switched off", sentence };
  }
  if (waiting === 0 && lag === 0)
    return {
      kind: "good",
      word: "Up to date",
      sentence: "Every change that it heard of has been carried out.",
    };
  const sentence = `${counted(waiting, "event waits", "events wait")}, the oldest for ${writeDuration(lag * 1_000)}.`;
  return lag >= LATE_S
    ? { kind: "warn", word: "Behind", sentence }
    : { kind: "busy", word: "At work", sentence };
}

/** How one site of a connector is. */
export function saySite({ state, lag_ms: lag, error }: Site): Saying {
  switch (state) {
    case "ok":
      return { kind: "good", word: "Up to date", sentence: "No event waits." };
    case "behind": {
      const late = lag >= LATE_S * 1_000;
      const why = error === undefined ? "" : ` ${error}`;
      const sentence = `The oldest event waits for ${writeDuration(lag)}.${why}`;
      return { kind: late ? "warn" : "busy", word: late ? "Behind" : "At work", sentence };
    }
    case "unreachable":
      return {
        kind: "bad",
        word: "Unreachable",
        sentence: error ?? "The site did not answer the last time.",
      };
    case "paused":
      return { kind: "idle", word: "Switched off", sentence: "Changes of this site are not followed." };
    default:
      return { kind: "idle", word: state, sentence: error ?? "" };
  }
}

/** How the look through everything stands, and what it found. */
export function sayWalk({ state, pass, steps, total, originals, found, error }: Walk): Saying {
  const met = counted(originals, "original met", "originals met");
  const others = pass === 1 ? "The first look learns what is there." : foundOf(found);
  switch (state) {
    case "waiting":
      return { kind: "idle", word: "Not yet", sentence: "It has not looked through everything yet." };
    case "walking": {
      const far =
        total === undefined
          ? `${steps.toLocaleString()} looked at`
          : `${steps.toLocaleString()} of ${total.toLocaleString()} looked at`;
      return { kind: "busy", word: "Looking", sentence: `${far}, ${met}. ${others}` };
    }
    case "resting":
      return {
        kind: found > 0 && pass > 1 ? "warn" : "good",
        word: "Looked through",
        sentence: `${met}. ${others}`,
      };
    default:
      return {
        kind: "bad",
        word: "Failing",
        sentence: error ?? "A part of what the site has could not be read.",
      };
  }
}

const foundOf = (found: number) =>
  found === 0
    ? "All were as they were known."
    : `${counted(found, "was not as it was known, and is", "were not as they were known, and are")} made fresh.`;

/** Share of the look that is done; undefined where nobody knows how far it goes. */
export const progressOf = ({ steps, total }: Walk): number | undefined =>
  total === undefined || total <= 0 ? undefined : Math.min(1, steps / total);

const EVENTS: Readonly<Record<string, Saying>> = {
  received: { kind: "busy", word: "Received", sentence: "It is stored and waits for its turn." },
  invalidating: { kind: "busy", word: "Invalidating", sentence: "The invalidation is on its way." },
  "nothing-to-do": {
    kind: "idle",
    word: "Nothing to do",
    sentence: "It changed no picture that is delivered.",
  },
  done: { kind: "good", word: "Done", sentence: "What it changed is fresh everywhere." },
  failed: { kind: "bad", word: "Failed", sentence: "It could not be carried out." },
};

/** What became of an event. */
export const sayEvent = (state: string): Saying =>
  (Object.hasOwn(EVENTS, state) ? EVENTS[state] : undefined) ?? { kind: "idle", word: state, sentence: "" };

const WAYS: Readonly<Record<string, string>> = {
  push: "sent by the CMS",
  pull: "asked for",
  walk: "found by a look through everything",
};

/** How an event came in. */
export const sayWay = (via: string): string => (Object.hasOwn(WAYS, via) ? WAYS[via] : undefined) ?? via;

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A stretch of time in its largest unit: "3 minutes". */
export function writeDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ["second", 1_000];
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 0,
  }).format(Math.floor(ms / size));
}

/** The address where a link may lead; undefined for everything but the web. */
export function webLink(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}
