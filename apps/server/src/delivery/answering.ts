import { hash } from "node:crypto";
import type { Answer } from "../cache/answers.ts";
import type { Coverage } from "../cache/coverage.ts";
import type { Improvement } from "../cache/improvement.ts";
import type { Progress } from "../video/videos.ts";
import { FIRST_LIFE } from "./better.ts";
import { type Choice, etagOf, formatOf, mediaTypeOf } from "./choice.ts";
import { downloadHeaders } from "./download.ts";
import { isCompressible } from "./encoded.ts";
import { ACCEPT_CH } from "./hints.ts";
import { lifetimeOf } from "./lifetime.ts";
import type { Listing } from "./listing.ts";
import { progressText, secondsLeft } from "./moving.ts";
import { createNodeHeaders, type NodeHeaders } from "./node-headers.ts";
import { isLeft, type Removal, UNCUT_LIFE } from "./removal.ts";
import type { DeliveryRequest } from "./request.ts";
import { sandboxHeaders } from "./sandbox.ts";
import type { Sources } from "./sources.ts";
import { OPEN_HEADERS, tagsOfAnswer } from "./tags.ts";

/** Whose bytes may be asked for in parts. */
const IN_PARTS: ReadonlySet<Choice["kind"]> = new Set(["original", "file", "minified"]);

/** What an answer says besides what is sent. */
interface Besides {
  readonly info?: string | undefined;
  /** A better answer may follow. */
  readonly first?: Improvement | undefined;
  readonly removal?: Removal | undefined;
  /** What was asked for in vain. */
  readonly ignored?: readonly string[];
}

/** What answers are composed by. */
export interface AnsweringParts {
  readonly coverage: Pick<Coverage, "floor">;
  /** What is said to the nodes in front; absent: what Varnish and nginx read. */
  readonly nodes?: NodeHeaders;
  /** The URLs that nodes without tags may keep; absent where all know tags. */
  readonly listing?: Pick<Listing, "has">;
  readonly now?: () => number;
}

/** Writes heads: what an answer is, how long it may be kept and by whom, and what it is found by when it has to go. */
export class Answering {
  readonly #parts: AnsweringParts;
  readonly #nodes: NodeHeaders;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.#nodes = parts.nodes ?? createNodeHeaders();
  }

  /** The answer, and whether memory may keep it. */
  compose(
    request: DeliveryRequest,
    current: Sources,
    choice: Choice,
    body: Uint8Array,
    { info, first, removal, ignored = [] }: Besides,
  ): { readonly answer: Answer; readonly keep: boolean } {
    const awaits = removal?.awaits;
    const identities = request.sources.map(({ identity }) => identity);
    // An answer that an invalidation overtook belongs to the generation before it.
    const generation = Math.min(current.stamp, this.#parts.coverage.floor(...identities));
    const tags = tagsOfAnswer(request.sources, generation);
    const isForOne = request.sources.some((source) => source.isForOne);
    const lifetime = lifetimeOf(
      {
        ...current,
        doubtful: current.secondsOfDoubt(),
        findable: tags.complete,
        isForOne,
        ...(first && { first: FIRST_LIFE }),
        ...(awaits && { first: UNCUT_LIFE }),
        ...this.#saidBy(request),
      },
      request.project.cache,
    );
    const isListed = this.#parts.listing?.has(request, tags.tags) ?? true;
    const isFilm = choice.kind === "film";
    const isText = request.info === "json" && !isFilm;
    const format = isFilm ? choice.format : formatOf(choice, body);
    // Without a body nobody knows which of two formats it is, and a 304 need not say.
    const contentType = isText ? "application/json" : mediaTypeOf(choice, formatOf(choice, body));
    const etag = isText ? `"${hash("sha256", body).slice(0, 40)}"` : etagOf(choice);
    const head = [
      ...(contentType === undefined ? [] : ["Content-Type", contentType]),
      "ETag",
      etag,
      ...this.#nodes.lifetime(lifetime, isListed),
      ...varyHeaders(request, choice),
      ...(choice.kind === "encoded" ? ["Content-Encoding", choice.encoding] : []),
      ...sandboxHeaders(contentType),
      ...(request.download ? downloadHeaders(request.original.name, formatOf(choice, body)) : []),
      ...(info === undefined ? [] : ["Freshet-Info", info]),
      ...OPEN_HEADERS,
      ...this.#nodes.tags(tags),
      ...(awaits ? ["Freshet-Pending", "bg_remove"] : []),
      ...remarkHeaders(request, isLeft(removal) ? [...ignored, "bg_remove"] : ignored),
    ];
    const answer: Answer = {
      head,
      etag,
      body,
      contentType: contentType ?? "",
      ...(format === undefined || isText ? {} : { picture: { format, originalBytes: current.size } }),
      ranges: (IN_PARTS.has(choice.kind) || isFilm) && !isText,
      ...("mediaType" in choice && !isFilm && { said: current.mediaType ?? "" }),
      project: request.project,
      digests: current.digests,
      generation,
      ...(first && { improvement: first }),
      ...(awaits && { awaits }),
    };
    return { answer, keep: lifetime.keep && isListed };
  }

  /** Kept by nobody: the same URL gives what it tells of. */
  working({ project }: DeliveryRequest, { digests }: Sources, progress: Progress): Answer {
    const nobody = { cacheControl: "no-store", cdnCacheControl: "no-store" };
    const contentType = "application/json";
    const head = [
      ...["Content-Type", contentType, "Retry-After", String(secondsLeft(progress))],
      ...this.#nodes.lifetime(nobody, false),
      ...OPEN_HEADERS,
    ];
    const body = progressText(progress);
    return { head, etag: "", body, contentType, status: 202, ranges: false, project, digests, generation: 0 };
  }

  /** What the URL itself says about how long its answer may be kept. */
  #saidBy({ lifetime }: DeliveryRequest) {
    if (lifetime === undefined) return {};
    const { seconds, expires, bySettings } = lifetime;
    const now = (this.#parts.now ?? Date.now)();
    // A second less, for the way to whoever keeps it.
    const left = expires === undefined ? undefined : Math.floor(expires - now / 1_000) - 1;
    return { wish: seconds, left, bySettings };
  }
}

/** Every header that could have led to another answer, and what browsers are asked to say. */
function varyHeaders({ project, hints }: DeliveryRequest, choice: Choice): readonly string[] {
  const isEncodable = hints?.encodings === true && "mediaType" in choice && isCompressible(choice.mediaType);
  const names = [
    ...(choice.negotiated ? ["Accept"] : []),
    ...(hints?.vary ?? []),
    ...(isEncodable ? ["Accept-Encoding"] : []),
  ];
  return [
    ...(names.length > 0 ? ["Vary", names.join(", ")] : []),
    ...(project.hints?.client ? ["Accept-CH", ACCEPT_CH] : []),
  ];
}

/** What of the query was not understood, or asked for in vain, for whoever looks: names only, so that no text of the caller becomes a header. */
function remarkHeaders({ url }: DeliveryRequest, ignored: readonly string[]): readonly string[] {
  const names = [...url.remarks.map(({ parameter }) => parameter), ...ignored].filter((name) =>
    /^[\w.-]{1,40}$/.test(name),
  );
  return names.length > 0 ? ["Freshet-Remarks", [...new Set(names)].slice(0, 20).join(", ")] : [];
}
