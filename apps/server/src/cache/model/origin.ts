import type { Fetched, Source, Validators } from "../../sources/source.ts";
import { conditionOf } from "../../sources/validators.ts";
import type { Picture } from "./pictures.ts";
import type { Schedule } from "./schedule.ts";

/** What proof of sameness an origin gives. "frozen" is a strong ETag that never changes: a lie. */
export const PROOFS = ["strong", "weak", "dated", "frozen", "none"] as const;
export type Proof = (typeof PROOFS)[number];

/** How the origin takes one request: as it should, so but slowly, through an old cache, not at all, or with a 304 whatever is true. */
export const MOODS = ["honest", "slow", "cached", "broken", "unchanged"] as const;
export type Mood = (typeof MOODS)[number];

/** What an original showed from one moment to another; no picture means that it was missing. */
interface Revision {
  readonly picture: Picture | undefined;
  readonly since: number;
}

/** One request to the origin, as the origin's log has it. */
export interface Reading {
  readonly key: string;
  readonly path: string;
  readonly life: object;
  readonly isUnconditional: boolean;
  /** The number the instance had applied when it asked. */
  readonly applied: number;
  readonly sent: number;
  /** Undefined while it is under way. */
  landed?: number;
  landedAt?: number;
  result?: Fetched["kind"];
  /** The picture given, or confirmed by a 304. */
  picture?: Picture | undefined;
  /** When the copy was made that an old cache gave; undefined for the origin's own answer. */
  copiedAt?: number;
}

/** An origin of some paths; what it shows is set by the test, and when it answers by the schedule. */
export class Origin {
  readonly readings: Reading[] = [];
  readonly #revisions = new Map<string, Revision[]>();
  readonly #schedule: Schedule;
  readonly #proofs: ReadonlyMap<string, Proof>;
  moods: readonly Mood[] = [];
  /** Broken for everybody, whatever its moods. */
  isDown = false;

  constructor(
    schedule: Schedule,
    originals: ReadonlyMap<string, { readonly proof: Proof; readonly first: Picture }>,
  ) {
    this.#schedule = schedule;
    this.#proofs = new Map([...originals].map(([path, { proof }]) => [path, proof]));
    for (const [path, { first }] of originals) {
      this.#revisions.set(path, [{ picture: first, since: schedule.now - 100_000 }]);
    }
  }

  publish(path: string, picture: Picture | undefined): void {
    this.#schedule.event(`${path} is now ${picture?.index ?? "missing"}`);
    this.#of(path).push({ picture, since: this.#schedule.now });
  }

  shows(path: string): Picture | undefined {
    return this.#of(path).at(-1)?.picture;
  }

  /** How many revisions there were, the first included. */
  revisions(path: string): number {
    return this.#of(path).length;
  }

  /** Whether one of the revisions from this one on was this picture. */
  hadSince(path: string, revision: number, picture: Picture): boolean {
    return this.#of(path).some((each, index) => index >= revision && each.picture === picture);
  }

  /** The origin as an instance sees it. `about` is told of each request before it is sent. */
  sourceFor(life: object, applied: () => number, about: (reading: Reading) => void): Source {
    return {
      fetch: async (location, { validators, fresh }) => {
        if (location.kind !== "http") throw new Error("only http is asked for");
        const url = new URL(location.urls[0] ?? "");
        const condition = fresh ? undefined : conditionOf(validators);
        const reading: Reading = {
          key: url.pathname + url.search,
          path: url.pathname,
          life,
          isUnconditional: fresh && validators === undefined,
          applied: applied(),
          sent: this.#schedule.event(
            `fetch ${url.pathname}${url.search} ${fresh ? "fresh" : condition ? "conditional" : "plain"}`,
          ),
        };
        about(reading);
        const own = this.moods[this.readings.push(reading) - 1] ?? "honest";
        const mood = this.isDown ? "broken" : own;
        await this.#schedule.turn(`origin reads ${reading.key}`, life);
        const sent = condition && validators;
        const said = this.#answer(reading, mood, sent);
        // Validators that prove nothing are not sent, and the HTTP source calls a 304 to that a broken origin.
        const isUnasked = said.kind === "unchanged" && validators !== undefined && !sent;
        const fetched: Fetched = isUnasked ? { kind: "refused", code: "ORIGIN_BROKEN", reason: "304" } : said;
        await this.#schedule.turn(
          `origin's answer to ${reading.sent} arrives: ${fetched.kind} ${reading.picture?.index}`,
          life,
          mood === "slow",
        );
        reading.result = fetched.kind;
        reading.landed = this.#schedule.event(`landed ${reading.sent}`);
        reading.landedAt = this.#schedule.now;
        return fetched;
      },
    };
  }

  #answer(reading: Reading, mood: Mood, sent: Validators | undefined): Fetched {
    const revisions = this.#of(reading.path);
    const now = this.#schedule.now;
    const last = revisions.length - 1;
    if (mood === "broken") return { kind: "refused", code: "ORIGIN_BROKEN", reason: "500" };
    if (mood === "unchanged") return this.#confirm(reading, sent);
    // An old cache took its copy at the last moment of the revision before, at least a second ago, or of this one.
    for (const index of mood === "cached" ? [last - 1, last] : []) {
      const copiedAt = Math.min(now - 1_000, (revisions[index + 1]?.since ?? Number.POSITIVE_INFINITY) - 1);
      const revision = revisions[index];
      if (revision?.picture && copiedAt >= revision.since) {
        reading.copiedAt = copiedAt;
        return this.#give(reading, revision, sent, Math.floor((now - copiedAt) / 1_000));
      }
    }
    return this.#give(reading, revisions[last] as Revision, sent, 0);
  }

  #give(reading: Reading, revision: Revision, sent: Validators | undefined, age: number): Fetched {
    if (!revision.picture) return { kind: "missing", status: 404 };
    const validators = this.#validators(reading.path, revision);
    if (sent && sent.etag === validators.etag && sent.lastModified === validators.lastModified) {
      return this.#confirm(reading, sent);
    }
    reading.picture = revision.picture;
    return { kind: "found", bytes: revision.picture.bytes, contentType: "image/png", validators, age };
  }

  #confirm(reading: Reading, sent: Validators | undefined): Fetched {
    const index = /#(\d+)$/.exec(sent?.url ?? "")?.[1];
    reading.picture = this.#of(reading.path).find(({ picture }) => String(picture?.index) === index)?.picture;
    return { kind: "unchanged", validators: {} };
  }

  #validators(path: string, { picture, since }: Revision): Validators {
    // The address says which picture it was, so that a 304 can be traced to what it confirms.
    const url = `https://h.example${path}#${picture?.index}`;
    const date = new Date(this.#schedule.now).toUTCString();
    switch (this.#proofs.get(path)) {
      case "strong":
        return { url, date, etag: `"${picture?.digest}"` };
      case "weak":
        return { url, date, etag: `W/"${picture?.digest}"` };
      case "dated":
        return { url, date, lastModified: new Date(since).toUTCString() };
      case "frozen":
        return { url, date, etag: '"frozen"' };
      default:
        return { url, date };
    }
  }

  #of(path: string): Revision[] {
    const revisions = this.#revisions.get(path);
    if (!revisions) throw new Error(`nobody knows ${path}`);
    return revisions;
  }
}
