import type { AssetChange, CmsAdapter, RawRequest, VerifiedEvent } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** What the suite needs of an adapter under test. Times are milliseconds since the epoch. */
export interface CmsAdapterSubject<Client> {
  readonly name: string;
  /** A new adapter whose clock is `now`. */
  adapter(now: () => number): CmsAdapter<Client>;
  /** Port to a CMS without any events; the suite needs none to be there. */
  readonly client: Client;
  /** Signs a body the way the CMS does at that moment. */
  sign(body: Uint8Array, at: number): RawRequest;
  /** A body with at least one event that changes at least one original. */
  readonly body: Uint8Array;
  /** How far the signing moment may be from now; undefined for a CMS whose signatures carry no time. */
  readonly toleranceMs: number | undefined;
  /** How far it may lie in the future, where that is less. */
  readonly aheadMs?: number;
  /** Headers without which, or with any bit of which changed, a request is not genuine; lower-case. */
  readonly signedHeaders: readonly string[];
}

/** The contract of `CmsAdapter`: run it in an adapter's own test file. */
export function describeCmsAdapter<Client>(subject: CmsAdapterSubject<Client>): void {
  const at = Date.UTC(2026, 10, 23, 10, 0, 0);
  const genuine = subject.sign(subject.body, at);
  const adapter = subject.adapter(() => at);
  const known = { get: async () => undefined };
  const changesOf = async (event: VerifiedEvent, from = adapter): Promise<readonly AssetChange[]> => {
    const said = await from.changes(event, { known, client: subject.client });
    return "changes" in said ? said.changes : said;
  };

  const eventsOf = async (request: RawRequest, now = at): Promise<readonly VerifiedEvent[]> => {
    const verification = await subject.adapter(() => now).verify(request);
    if (!verification.ok) throw new Error(`A genuine request was refused: ${verification.reason}`);
    return verification.events;
  };

  describe(`CMS adapter contract: ${subject.name}`, () => {
    test("a genuine request is accepted and its events have ids of their own", async () => {
      const ids = (await eventsOf(genuine)).map((event) => event.id);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.every((id) => id !== "")).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    });

    test("any single bit changed in the body is refused", async () => {
      for (const body of bitFlips(subject.body)) {
        expect(await adapter.verify({ ...genuine, body })).toMatchObject({ ok: false });
      }
    });

    test("a longer, a shorter and an empty body are refused", async () => {
      const longer = Uint8Array.from([...subject.body, 0x20]);
      for (const body of [longer, subject.body.slice(0, -1), new Uint8Array()]) {
        expect(await adapter.verify({ ...genuine, body })).toMatchObject({ ok: false });
      }
    });

    test.each(subject.signedHeaders)(
      "%s: any single bit changed is refused, and so is its absence",
      async (header) => {
        const value = genuine.headers[header] ?? "";
        expect(value).not.toBe("");
        for (const flipped of bitFlips(new TextEncoder().encode(value))) {
          const headers = { ...genuine.headers, [header]: new TextDecoder("latin1").decode(flipped) };
          expect(await adapter.verify({ ...genuine, headers })).toMatchObject({ ok: false });
        }
        const { [header]: _, ...others } = genuine.headers;
        expect(await adapter.verify({ headers: others, body: genuine.body })).toMatchObject({ ok: false });
      },
    );

    test("a request without any header is refused as unsigned", async () => {
      const bare = await adapter.verify({ headers: {}, body: subject.body });
      expect(bare).toEqual({ ok: false, reason: "signature-missing" });
    });

    const tolerance = subject.toleranceMs;
    test.skipIf(tolerance === undefined)(
      "a request from too long ago, or from the future, is expired",
      async () => {
        const span = tolerance ?? 0;
        const ahead = subject.aheadMs ?? span;
        for (const signedAt of [at - span - 2_000, at + ahead + 2_000]) {
          const verification = await adapter.verify(subject.sign(subject.body, signedAt));
          expect(verification).toEqual({ ok: false, reason: "expired" });
        }
        await expect(eventsOf(subject.sign(subject.body, at - span + 2_000))).resolves.toBeDefined();
        await expect(eventsOf(subject.sign(subject.body, at + ahead - 2_000))).resolves.toBeDefined();
      },
    );

    test("the same event has the same id, order and payload when it is delivered again", async () => {
      const again = await eventsOf(subject.sign(subject.body, at + 3_600_000), at + 3_600_000);
      expect(again).toEqual(await eventsOf(genuine));
    });

    test("the same event gives the same well-formed changes, also after it was stored as JSON", async () => {
      const all: AssetChange[] = [];
      for (const event of await eventsOf(genuine)) {
        const changes = await changesOf(event);
        all.push(...changes);
        expect(await changesOf(event)).toEqual(changes);
        const stored = JSON.parse(JSON.stringify(event)) as VerifiedEvent;
        expect(
          await changesOf(
            stored,
            subject.adapter(() => at + 86_400_000),
          ),
        ).toEqual(changes);
        for (const change of changes) expectWellFormed(change);
        expect(new Set(changes.map((change) => change.original)).size).toBe(changes.length);
      }
      expect(all.length).toBeGreaterThan(0);
    });

    test("whatever arrives unsigned is refused by a value, never by an exception", async () => {
      const header = fc.option(fc.string({ unit: "binary", maxLength: 80 }), { nil: undefined });
      const headers = fc.record(Object.fromEntries(subject.signedHeaders.map((name) => [name, header])));
      await fc.assert(
        fc.asyncProperty(headers, fc.uint8Array({ maxLength: 200 }), async (given, body) => {
          expect(await adapter.verify({ headers: given, body })).toMatchObject({ ok: false });
        }),
      );
    });

    test("whatever is signed, verify answers, and changes answers or calls the event unreadable", async () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map(utf8),
        mutations(new TextDecoder().decode(subject.body)).map(utf8),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (body) => {
          const verification = await adapter.verify(subject.sign(body, at));
          if (!verification.ok) return;
          for (const event of verification.events) {
            const changes = await changesOf(event).catch((thrown: unknown) => {
              expect(thrown).toMatchObject({ code: "EVENT_UNREADABLE" });
              return [];
            });
            for (const change of changes) expectWellFormed(change);
          }
        }),
        { numRuns: 500 },
      );
    });
  });
}

function expectWellFormed(change: AssetChange): void {
  const url = new URL(change.original);
  expect(["http:", "https:", "ctf:"]).toContain(url.protocol);
  expect([url.hash, url.username, url.password]).toEqual(["", "", ""]);
  if (change.digest !== undefined) expect(change.digest).toMatch(/^[0-9a-f]{64}$/);
  if (change.version !== undefined) expect(change.version).toMatch(/^[\w.~-]+$/);
  if (change.kind === "removed") expect([change.version, change.digest]).toEqual([undefined, undefined]);
  if (change.link !== undefined) expect(new URL(change.link).protocol).toMatch(/^https?:$/);
}

function* bitFlips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

/** Near enough to the genuine body to get past the first checks: one value replaced by any other, or cut off. */
function mutations(genuine: string): fc.Arbitrary<string> {
  const cut = fc.nat(genuine.length).map((length) => genuine.slice(0, length));
  const body = parse(genuine);
  if (body === undefined) return cut;
  const value = fc.oneof(fc.jsonValue(), fc.webUrl(), fc.constantFrom(-1, 1e300, "", "//", ".."));
  const replacement = fc.tuple(fc.constantFrom(...placesOf(body)), value);
  return fc.oneof(
    cut,
    replacement.map(([place, by]) => JSON.stringify(replaced(body, place, by))),
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

type Place = readonly string[];

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner).map((place) => [key, ...place])),
  ];
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((inner, i) => (String(i) === key ? replaced(inner, rest, by) : inner));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
