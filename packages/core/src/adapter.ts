/** A request as it arrived: signatures cover bytes, so the body is never a parsed value. Header names are lower-case. */
export interface RawRequest {
  /** Upper-case; absent where no signature of this CMS covers it. */
  readonly method?: string;
  /** The request target as it was sent, undecoded; absent where no signature of this CMS covers it. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** An event that was proved genuine, or fetched from the CMS over an authenticated connection. */
export interface VerifiedEvent {
  /** Unique in its CMS installation; the same event has the same id however it arrives. */
  readonly id: string;
  /** Place in the CMS's own order, greater = later; absent where a CMS has none. Events may arrive in any order. */
  readonly order?: number;
  /** What it is about, in the CMS's own words: events of one subject are decided one after the other. */
  readonly subject?: string;
  readonly payload: unknown;
}

/** Whether a request is genuine; an expected refusal is a value, not an exception. */
export type Verification =
  | { readonly ok: true; readonly events: readonly VerifiedEvent[] }
  | {
      readonly ok: false;
      readonly reason: "signature-missing" | "signature-wrong" | "expired" | "malformed" | "replayed";
    };

/** One original whose delivery changes. */
export interface AssetChange {
  /** `blocked`: nobody may see it from now on; `served`: it was blocked and may be seen again. */
  readonly kind: "replaced" | "moved" | "removed" | "blocked" | "served";
  /** The original as it stands in delivery URLs: an absolute URL, or a name that a resolver knows (`ctf:…`). */
  readonly original: string;
  /** The version (`vh`) the CMS publishes from now on; absent when the original is gone. */
  readonly version?: string;
  /** Hex SHA-256 of the new bytes where the CMS knows it. */
  readonly digest?: string;
  /** Where a person can look at the asset in the CMS. */
  readonly link?: string;
}

/** A place in a CMS's list or log, opaque to everyone but its adapter. */
export type Cursor = string;

/** What the connector remembers of an original: the version and digest it last acted on. */
export interface KnownAssets {
  get(original: string): Promise<{ readonly version?: string; readonly digest?: string } | undefined>;
}

/** One page of everything a CMS has. */
export interface WalkedPage {
  /**
   * What each original of the page is now: `replaced` is one that is there, with whatever tells its bytes from others
   * (version, digest), `removed` one that is gone for certain.
   */
  readonly assets: readonly AssetChange[];
  /** Where to go on; undefined after the last page. */
  readonly cursor: Cursor | undefined;
  /** Place in the CMS's own order of the newest event that the page is sure to show; absent where it has none. */
  readonly order?: number;
  /** How far this page leads, and how far the whole walk is, in the same unit; for display. */
  readonly steps: number;
  readonly total?: number;
}

/** What an event means, and why. */
export interface Decision {
  readonly changes: readonly AssetChange[];
  /** One sentence for the event log, also where nothing changes. */
  readonly reason?: string;
  /**
   * Writes down what the adapter learned, in the transaction that stores the changes: both or neither. A rejection means that it
   * was decided on what is true no longer; the event is then decided anew.
   */
  readonly keep?: (transaction: unknown) => Promise<void>;
}

/**
 * Teaches Freshet one CMS. It never trusts a payload further than its signature and never sends an invalidation
 * itself. `Client` is the adapter's own port to its CMS.
 */
export interface CmsAdapter<Client = unknown> {
  readonly name: string;
  verify(request: RawRequest): Promise<Verification>;
  /** Which originals changed, and what version they carry now. The same event gives the same changes. */
  changes(
    event: VerifiedEvent,
    context: { readonly known: KnownAssets; readonly client: Client },
  ): Promise<readonly AssetChange[] | Decision>;
  /** Events after the cursor, in order, fetched from the CMS: what was pushed and lost arrives here. */
  pull?(
    from: Cursor | undefined,
    client: Client,
  ): Promise<{ readonly events: readonly VerifiedEvent[]; readonly cursor: Cursor | undefined }>;
  /**
   * The next page of everything the CMS has, a bounded piece of work: changes that no event told are found by comparing
   * it with what is known. Rejects when the page cannot be read whole, so that nothing is taken for gone by mistake.
   */
  reconcile?(
    from: Cursor | undefined,
    context: { readonly known: KnownAssets; readonly client: Client },
  ): Promise<WalkedPage>;
  /**
   * What originals are now that an earlier walk met and the last one did not; those that cannot be judged are left out.
   * Without this method they are taken for removed.
   */
  missed?(
    originals: readonly string[],
    context: { readonly known: KnownAssets; readonly client: Client },
  ): Promise<readonly AssetChange[]>;
}
