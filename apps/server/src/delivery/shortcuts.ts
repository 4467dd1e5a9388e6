import type { IncomingHttpHeaders } from "node:http";
import { Generations } from "../cache/generations.ts";
import type { Entry } from "../cache/two-queues.ts";
import type { Kept } from "../cache/wire.ts";
import { acceptClass } from "./accept.ts";
import { hintKey, readHints } from "./hints.ts";
import type { DeliveryRequest, Reading } from "./request.ts";

/** URLs that are remembered, in each half. */
const MOST_URLS = 10_000;
/** Longer ones, and longer hosts, go the longer way. */
const LONGEST_URL = 1_000;
const LONGEST_HOST = 255;
/** Answers to one URL: by host, accepted formats and hints. */
const MOST_EACH = 8;
/** Longer `Accept` headers are nobody's. */
const LONGEST_ACCEPT = 500;

/**
 * What a URL led to before: how it was read, and where in memory its answer lies or, where the disk has it, would lie. Nothing of it is true
 * before it was looked at again.
 */
export interface Shortcut {
  readonly reading: Reading;
  readonly entry: Entry<Kept>;
  readonly host: string | undefined;
  readonly formats: string;
  readonly hints: string;
  /** One `Accept` header with these formats: the next client often sends the same. */
  accept: string | undefined;
}

/**
 * From the raw URL to an entry of the memory tier by one look-up, without making a key. It holds a bounded number of URLs, those that
 * are asked for; what it has forgotten costs two look-ups more.
 */
export class Shortcuts {
  readonly #known = new Generations<string, Shortcut[]>();

  find(url: string, headers: IncomingHttpHeaders): Shortcut | undefined {
    const known = this.#known.get(url);
    if (!known) return undefined;
    const { host, accept } = headers;
    for (const each of known) {
      if (each.host !== host) continue;
      if (each.accept !== accept) {
        if (each.formats !== acceptClass(accept)) continue;
        each.accept = remembered(accept);
      }
      if (each.hints === hintsOf(each.reading.request, headers)) return each;
    }
    return undefined;
  }

  add(url: string, headers: IncomingHttpHeaders, reading: Reading, entry: Entry<Kept>): Shortcut {
    const { host, accept } = headers;
    const formats = acceptClass(accept);
    const hints = hintsOf(reading.request, headers);
    const shortcut = { reading, entry, host, formats, hints, accept: remembered(accept) };
    if (url.length > LONGEST_URL || (host?.length ?? 0) > LONGEST_HOST) return shortcut;
    const others = (this.#known.get(url) ?? []).filter(
      (each) => !(each.host === host && each.formats === formats && each.hints === hints),
    );
    this.#known.set(url, [shortcut, ...others].slice(0, MOST_EACH));
    if (this.#known.young >= MOST_URLS) this.#known.turn();
    return shortcut;
  }
}

/** What the request's other headers come to: a part of the key of the memory tier. */
export function hintsOf({ hints }: DeliveryRequest, headers: IncomingHttpHeaders): string {
  return hints ? hintKey(readHints(hints, headers)) : "";
}

/** Undefined stands for no header: what is too long is compared with as something that nobody sends. */
const remembered = (accept: string | undefined) =>
  accept !== undefined && accept.length > LONGEST_ACCEPT ? "\n" : accept;
