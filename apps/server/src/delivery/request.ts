import { isProxied, OWN_WATERMARK, type ParsedDeliveryUrl, watermarkImages } from "@freshet/core";
import { TwoQueues } from "../cache/two-queues.ts";
import { ServerError } from "../errors.ts";
import { describeOriginal, type Original } from "../projects/originals.ts";
import type { Project, Projects } from "../projects/project.ts";
import { mayBeEncoded } from "./encodings.ts";
import { FILE_HINTS, type Hints, hintsFor } from "./hints.ts";
import { type InfoWish, infoWish } from "./info.ts";
import { understand } from "./understand.ts";
import { watermarkSources } from "./watermarks.ts";

/** Longest request target that is read as a delivery URL. */
const LONGEST_URL = 8_192;
/** URLs that are remembered, and their characters; most have about a hundred, and two kilobytes of what was read from them. */
const MOST_URLS = 20_000;
const MOST_CHARACTERS = 8 * 2 ** 20;
/** A shorter one counts for as many, so that both bounds are one. */
const LEAST_CHARACTERS = MOST_CHARACTERS / MOST_URLS;
/** Of these, URLs that nobody asked for again, 800 at most; and how many that went are known when they come back, and stay. */
const NEWCOMERS = { room: 0, remembered: MOST_URLS };

/** What a URL says about how long its answers may be kept. */
export interface UrlLifetime {
  /** `ci_cache` in seconds. */
  readonly seconds: number | undefined;
  /** When the URL ends, in seconds since the epoch. */
  readonly expires: number | undefined;
  /** A preset, a rule or the project's own watermark takes part: another setting would be another picture under the same URL. */
  readonly bySettings: boolean;
}

/** A delivery URL understood: which original, what is asked of it, under which version. */
export interface DeliveryRequest {
  readonly project: Project;
  readonly original: Original;
  /** Everything the answer is made from: the original, and behind it the images of its watermarks. */
  readonly sources: readonly [Original, ...Original[]];
  /** What the transformation calls each source but the first. */
  readonly images?: readonly string[];
  /** Its transformation is the one in effect, with what the project adds. */
  readonly url: ParsedDeliveryUrl;
  /** Absent is what a URL alone says: nothing. */
  readonly lifetime?: UrlLifetime;
  /** Which headers besides `Accept` have a say; absent is none. */
  readonly hints?: Hints | undefined;
  /** Path of the URL as it was asked for, without its query; absent where nobody lists it. */
  readonly path?: string;
  /** `force_download`: browsers save the answer; absent is no. */
  readonly download?: true;
  /** `ci_info`; absent is nothing. */
  readonly info?: InfoWish | undefined;
}

/** Whether a visitor's address has a say in where something is read from: then the answer is his alone. */
export const isPersonal = ({ sources }: Pick<DeliveryRequest, "sources">): boolean =>
  sources.some(({ isForOne }) => isForOne);

/** A delivery URL as it was read once. */
export interface Reading {
  readonly request: DeliveryRequest;
  /** The list of projects under which it was last found true. */
  epoch: number;
}

/**
 * Reads delivery URLs and remembers the reading: the second request for a URL costs one look-up. No reading outlives the settings
 * it was made by.
 */
export class DeliveryRequests {
  readonly #projects: Projects;
  readonly #now: () => number;
  /** By host and target, which are as long as anybody likes. */
  readonly #memo = new TwoQueues<Reading>(MOST_CHARACTERS, NEWCOMERS);

  constructor(projects: Projects, now: () => number = Date.now) {
    this.#projects = projects;
    this.#now = now;
  }

  /** The reading of a URL that was read before, if it still holds. */
  peek(host: string | undefined, target: string): Reading | undefined {
    const known = this.#memo.find(`${host} ${target}`)?.value;
    return known && this.holds(host, known) ? known : undefined;
  }

  /** Whether a reading is what the URL would be read as now: the settings are the same, and it has not ended. */
  holds(host: string | undefined, reading: Reading): boolean {
    return this.#isOfNow(host, reading) && !this.#hasEnded(reading.request);
  }

  /** Whether the host would still be answered by these settings. */
  isCurrent(host: string | undefined, request: DeliveryRequest): boolean {
    return this.#projects.byHost(host) === request.project;
  }

  /**
   * `address` is the one that asks, for origins that want to know it.
   * @throws ServerError PROJECT_UNKNOWN, ORIGINAL_NOT_NAMED, URL_TOO_LONG, or why the project does not take such a URL:
   * SIGNATURE_MISSING, SIGNATURE_WRONG, URL_EXPIRED, SIZE_NOT_ALLOWED.
   */
  read(host: string | undefined, target: string, address?: string): DeliveryRequest {
    const key = `${host} ${target}`;
    const known = this.#known(host, key);
    // Before the projects are asked: what changes while the URL is read is noticed at the next look.
    const { epoch } = this.#projects;
    const read = known ?? this.#understand(host, target, address);
    // Asked on every use: what was true when the URL was read may have ended since.
    if (this.#hasEnded(read)) throw new ServerError("URL_EXPIRED");
    // Another visitor's reading is another one.
    if (!known && !isPersonal(read))
      this.#memo.set(key, { request: read, epoch }, Math.max(key.length, LEAST_CHARACTERS));
    return read;
  }

  /** The project that answers to a host, for URLs that could not be read. */
  projectOf(host: string | undefined): Project | undefined {
    return this.#projects.byHost(host);
  }

  #understand(host: string | undefined, target: string, address: string | undefined): DeliveryRequest {
    if (target.length > LONGEST_URL) throw new ServerError("URL_TOO_LONG");
    const project = this.#projects.byHost(host);
    if (!project) throw new ServerError("PROJECT_UNKNOWN");
    const { url, layered, verdict, refusal } = understand(project, target);
    if (refusal || !url || !layered) throw refusal ?? new ServerError("ORIGINAL_NOT_NAMED");
    const asking = { host: host?.toLowerCase(), address };
    const original = describeOriginal(project, url.original, url.originQuery, asking);
    const { cacheSeconds: seconds } = layered;
    // The project's own watermark is a setting, whether there is one yet or not.
    const bySettings = layered.bySettings || watermarkImages(url.transformation).includes(OWN_WATERMARK);
    const images = watermarkSources(project, url.transformation, asking);
    return {
      project,
      path: target.split("?", 1)[0] ?? target,
      original,
      sources: [original, ...images.map(({ source }) => source)],
      images: images.map(({ image }) => image),
      url,
      lifetime: { seconds, expires: verdict.expires, bySettings },
      // Nothing is chosen for a screen of what is delivered as it is, and nothing told of a picture.
      ...(isProxied(url.transformation)
        ? mayBeEncoded(original.name) && { hints: FILE_HINTS }
        : { hints: hintsFor(project, layered), info: infoWish(url) }),
      ...(layered.download && { download: true }),
    };
  }

  #hasEnded({ lifetime }: DeliveryRequest): boolean {
    return lifetime?.expires !== undefined && this.#now() >= lifetime.expires * 1_000;
  }

  #known(host: string | undefined, key: string): DeliveryRequest | undefined {
    // A request comes here several times; only the next one's `peek` is a use.
    const known = this.#memo.peek(key)?.value;
    if (!known) return undefined;
    if (this.#isOfNow(host, known)) return known.request;
    this.#memo.delete(key);
    return undefined;
  }

  #isOfNow(host: string | undefined, reading: Reading): boolean {
    const { epoch } = this.#projects;
    if (reading.epoch === epoch) return true;
    if (!this.isCurrent(host, reading.request)) return false;
    reading.epoch = epoch;
    return true;
  }
}
