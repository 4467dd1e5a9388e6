import type { AssetChange, CmsAdapter, KnownAssets, WalkedPage } from "@freshet/core";
import { describe, expect, test } from "vitest";

/** What the suite needs of an adapter that can walk. */
export interface CmsWalkSubject<Client> {
  readonly name: string;
  /** A new adapter, as another process would have it. */
  adapter(): CmsAdapter<Client>;
  /** Port to a CMS with at least as many originals as its walk needs pages for two and more, and that nobody changes meanwhile. */
  readonly client: () => Client | Promise<Client>;
  /** Originals that a walk has to meet. */
  readonly originals: readonly string[];
  /** Cursors of other hands; the adapter reads them as the beginning, or refuses them. */
  readonly strangeCursors?: readonly string[];
}

/** No CMS of a test needs more. */
const MOST_PAGES = 1_000;

/** The contract of `CmsAdapter.reconcile`: run it in an adapter's own test file. */
export function describeCmsWalk<Client>(subject: CmsWalkSubject<Client>): void {
  const { originals, strangeCursors = ["garbage", "", "-1", "\u{1f4a9}"] } = subject;

  const page = async (from: string | undefined, known: KnownAssets, client: Client): Promise<WalkedPage> => {
    const found = await subject.adapter().reconcile?.(from, { known, client });
    if (found === undefined) throw new Error(`${subject.name} has no reconcile.`);
    return found;
  };
  /** Every page from a cursor on; each is asked of a new adapter, as after a restart. */
  const pages = async (
    client: Client,
    from?: string,
    known: KnownAssets = { get: async () => undefined },
  ) => {
    const read: WalkedPage[] = [];
    for (let cursor = from; read.length < MOST_PAGES; ) {
      const next = await page(cursor, known, client);
      read.push(next);
      if (next.cursor === undefined) return read;
      cursor = next.cursor;
    }
    throw new Error(`A walk of ${subject.name} does not end.`);
  };
  const assetsOf = (read: readonly WalkedPage[]) => read.flatMap(({ assets }) => assets);
  const namesOf = (assets: readonly AssetChange[]) => assets.map(({ original }) => original).toSorted();

  describe(`CMS walk contract: ${subject.name}`, () => {
    test("a walk ends, takes several pages, and meets every original once, in a well-formed way", async () => {
      const read = await pages(await subject.client());
      expect(read.length).toBeGreaterThan(1);
      const assets = assetsOf(read);
      expect(namesOf(assets)).toEqual(originals.toSorted());
      for (const { kind, version, digest } of assets) {
        expect(kind).toBe("replaced");
        expect(version ?? digest).toBeDefined();
        if (digest !== undefined) expect(digest).toMatch(/^[0-9a-f]{64}$/);
      }
      for (const { steps, total, order } of read) {
        expect(steps).toBeGreaterThanOrEqual(0);
        if (total !== undefined) expect(total).toBeGreaterThanOrEqual(steps);
        if (order !== undefined) expect(Number.isSafeInteger(order)).toBe(true);
      }
    });

    test("cut off after any page, another process meets the rest", async () => {
      const client = await subject.client();
      const whole = await pages(client);
      for (const [index, { cursor }] of whole.entries()) {
        if (cursor === undefined) break;
        const before = assetsOf(whole.slice(0, index + 1));
        const rest = assetsOf(await pages(client, cursor));
        expect(namesOf([...before, ...rest])).toEqual(originals.toSorted());
      }
    });

    test("walked again while nothing changed, each original is what it was", async () => {
      const client = await subject.client();
      const first = new Map(assetsOf(await pages(client)).map((asset) => [asset.original, asset]));
      const known: KnownAssets = { get: async (original) => first.get(original) };
      for (const asset of assetsOf(await pages(client, undefined, known))) {
        const { version, digest } = first.get(asset.original) ?? {};
        expect([asset.original, asset.version, asset.digest]).toEqual([asset.original, version, digest]);
      }
    });

    test("a cursor of other hands begins from the beginning or is refused, and skips nothing in silence", async () => {
      const client = await subject.client();
      for (const cursor of strangeCursors) {
        const read = await pages(client, cursor).catch((thrown: unknown) => thrown);
        if (!(read instanceof Error))
          expect(namesOf(assetsOf(read as WalkedPage[]))).toEqual(originals.toSorted());
      }
    });
  });
}
