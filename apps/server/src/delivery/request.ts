import { type ParsedDeliveryUrl, parseDeliveryUrl } from "@freshet/core";
import { LRUCache } from "lru-cache";
import { ServerError } from "../errors.ts";
import { describeOriginal, type Original } from "../projects/originals.ts";
import type { Project, Projects } from "../projects/project.ts";

/** Longest request target that is read as a delivery URL. */
const LONGEST_URL = 8_192;

/** A delivery URL understood: which original, what is asked of it, under which version. */
export interface DeliveryRequest {
  readonly project: Project;
  readonly original: Original;
  /** Everything the answer is made from: the original, and behind it what its transformation adds. */
  readonly sources: readonly [Original, ...Original[]];
  readonly url: ParsedDeliveryUrl;
}

interface Reading {
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
  readonly #memo = new LRUCache<string, Reading>({ max: 20_000 });

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  /** The reading of a URL that was read before. */
  peek(host: string | undefined, target: string): DeliveryRequest | undefined {
    return this.#known(host, `${host} ${target}`);
  }

  /** Whether the host would still be answered by these settings. */
  isCurrent(host: string | undefined, request: DeliveryRequest): boolean {
    return this.#projects.byHost(host) === request.project;
  }

  /**
   * `address` is the one that asks, for origins that want to know it.
   * @throws ServerError PROJECT_UNKNOWN, ORIGINAL_NOT_NAMED or URL_TOO_LONG.
   */
  read(host: string | undefined, target: string, address?: string): DeliveryRequest {
    const key = `${host} ${target}`;
    const known = this.#known(host, key);
    if (known) return known;
    if (target.length > LONGEST_URL) throw new ServerError("URL_TOO_LONG");
    const project = this.#projects.byHost(host);
    if (!project) throw new ServerError("PROJECT_UNKNOWN");
    const url = parseDeliveryUrl(target);
    if (!url) throw new ServerError("ORIGINAL_NOT_NAMED");
    const original = describeOriginal(project, url.original, url.originQuery, {
      host: host?.toLowerCase(),
      address,
    });
    const read: DeliveryRequest = { project, original, sources: [original], url };
    // Another visitor's reading is another one.
    if (!original.isForOne) this.#memo.set(key, { request: read, epoch: this.#projects.epoch });
    return read;
  }

  #known(host: string | undefined, key: string): DeliveryRequest | undefined {
    const known = this.#memo.get(key);
    if (!known) return undefined;
    const { epoch } = this.#projects;
    if (known.epoch === epoch) return known.request;
    if (!this.isCurrent(host, known.request)) {
      this.#memo.delete(key);
      return undefined;
    }
    known.epoch = epoch;
    return known.request;
  }
}
