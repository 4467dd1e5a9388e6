import { createHash, hash } from "node:crypto";
import { isIP } from "node:net";
import { isVideoPath } from "@freshet/core";
import type { ImageFacts } from "@freshet/core/resize";
import type { Original } from "../projects/originals.ts";
import { type Container, sniffVideo } from "../video/sniff.ts";
import {
  ADDRESS_NOT_ALLOWED,
  type Network,
  networkOf,
  type Resolve,
  systemResolve,
} from "./address-guard.ts";
import type { ReadFile } from "./files.ts";
import type { Fetched, SourcePolicy } from "./source.ts";
import { createSources } from "./sources.ts";
import type { Spool } from "./spool.ts";
import { isStrong } from "./validators.ts";
import { type Asked, headerOf } from "./wire.ts";

/** One request of a trial. */
export interface TrialStep {
  /** Without query: that may hold a secret. */
  readonly url: string;
  /** Networks that the host's addresses belong to; addresses themselves are told to nobody. */
  readonly networks: readonly Network[];
  /** How far the project lets this request reach. */
  readonly reach: "public" | "private";
  readonly status?: number;
  /** Where the answer leads to, without query. */
  readonly redirect?: string;
  /** Milliseconds until the head of the answer was there. */
  readonly ms: number;
  /** Why no answer came, as the socket or TLS calls it. */
  readonly fault?: string;
}

/** What became of reading an original once, past every cache. */
export interface Trial {
  readonly outcome: Exclude<Fetched["kind"], "spooled">;
  readonly code: string | undefined;
  /** Why, in a sentence that names no address and no secret; undefined where nothing is wrong. */
  readonly reason: string | undefined;
  readonly steps: readonly TrialStep[];
  readonly ms: number;
  readonly found:
    | {
        /** As the origin calls it. */
        readonly contentType: string | undefined;
        readonly bytes: number;
        readonly digest: string;
        /** What the bytes are; undefined where they are no image that is read. */
        readonly facts: ImageFacts | undefined;
        /** What holds it, where it is a video. */
        readonly video?: Container;
        /** By what it is found out later whether it changed. */
        readonly validator: "etag" | "last-modified" | "none";
      }
    | undefined;
}

export interface TrialParts {
  readonly dataFolder: string;
  readonly readFile: ReadFile;
  readonly readFacts: (bytes: Uint8Array) => Promise<ImageFacts | undefined>;
  readonly resolve?: Resolve;
}

/** Faults of sockets and TLS that people meet, in words. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOTFOUND: "The host's name has no address.",
  EAI_AGAIN: "The host's name could not be looked up.",
  ECONNREFUSED: "Nobody listens at this port, or a firewall refuses.",
  ECONNRESET: "The connection was closed before an answer came.",
  UND_ERR_SOCKET: "The connection was closed before an answer came.",
  EPIPE: "The connection was closed before an answer came.",
  EHOSTUNREACH: "There is no way to this host.",
  ENETUNREACH: "There is no way to this host.",
  ETIMEDOUT: "No connection came about in time.",
  UND_ERR_CONNECT_TIMEOUT: "No connection came about in time.",
  TIMEOUT: "No answer came in time.",
  CERT_HAS_EXPIRED: "TLS: the certificate has expired.",
  CERT_NOT_YET_VALID: "TLS: the certificate is not valid yet.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "TLS: the certificate is signed by itself alone.",
  SELF_SIGNED_CERT_IN_CHAIN: "TLS: the chain ends at a certificate that this machine does not trust.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS: the server does not send its chain of certificates.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "TLS: the certificate's issuer is not trusted by this machine.",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS: the certificate is for another name.",
  EPROTO: "TLS: the server speaks no TLS at this port, or another version of it.",
  ERR_SSL_WRONG_VERSION_NUMBER: "TLS: the server speaks no TLS at this port.",
  HTTPParserError: "What answers there does not speak HTTP.",
};

/** Bytes of a video that are held while it passes. */
const HELD = 1 << 20;

/**
 * Reads an original once, as delivery would after an invalidation, and tells what happened on the way. It goes by the project's own rules,
 * over connections of its own: what fails here does not count against the origin, and what rests is asked all the same.
 */
export async function tryOriginal(
  original: Original,
  { dataFolder, readFile, readFacts, resolve = systemResolve }: TrialParts,
  signal: AbortSignal,
): Promise<Trial> {
  const asked: Asked[] = [];
  const networks = new Map<string, readonly Network[]>();
  const sources = createSources({
    dataFolder,
    readFile,
    http: {
      watch: (each) => asked.push(each),
      async resolve(host) {
        const found = await resolve(host);
        networks.set(host, [...new Set(found.map(({ address }) => networkOf(address)))]);
        return found;
      },
    },
  });
  const begun = performance.now();
  try {
    const { location, policy } = original;
    const spool = isVideoPath(original.name) ? passingSpool(policy) : undefined;
    const fetched = await sources.fetch(location, { policy, fresh: true, ...(spool && { spool }) }, signal);
    const steps = asked.map((each) => stepOf(each, networks));
    return {
      outcome: fetched.kind === "spooled" ? "found" : fetched.kind,
      code: codeOf(fetched),
      reason: reasonOf(fetched, steps.at(-1)),
      steps,
      ms: performance.now() - begun,
      found: await describe(fetched, readFacts),
    };
  } finally {
    await sources.close();
  }
}

function stepOf({ url, reach, ms, head, fault }: Asked, networks: ReadonlyMap<string, readonly Network[]>) {
  const bare = url.hostname.replace(/^\[|\]$/g, "");
  const to = head && headerOf(head, "location");
  const redirect = to === undefined ? null : URL.parse(to, url.href);
  return {
    url: withoutQuery(url),
    networks: isIP(bare) === 0 ? (networks.get(url.hostname) ?? []) : [networkOf(bare)],
    ...{ reach, ms },
    ...(head && { status: head.statusCode }),
    ...(redirect && head && head.statusCode >= 300 && head.statusCode < 400
      ? { redirect: withoutQuery(redirect) }
      : {}),
    ...(fault !== undefined && { fault: fault || "UNKNOWN" }),
  };
}

const withoutQuery = ({ origin, pathname, protocol }: URL) =>
  origin === "null" ? protocol : origin + pathname;

function codeOf(fetched: Fetched): string | undefined {
  if (fetched.kind === "refused") return fetched.code;
  return fetched.kind === "missing" ? "ORIGINAL_MISSING" : undefined;
}

/** The words of sockets name addresses; ours do not. */
function reasonOf(fetched: Fetched, last: TrialStep | undefined): string | undefined {
  if (fetched.kind === "missing") return "The origin says that there is no such picture.";
  if (fetched.kind !== "refused") return undefined;
  if (last?.fault === undefined) return fetched.reason;
  if (last.fault === ADDRESS_NOT_ALLOWED) {
    const found = last.networks.filter((each) => each !== "public").join(", ");
    return `An address of this host is not on the public internet (${found}). Where that is meant, write the host down and set origins.allowPrivate.`;
  }
  return FAULTS[last.fault] ?? `The request failed (${last.fault}).`;
}

async function describe(fetched: Fetched, readFacts: TrialParts["readFacts"]): Promise<Trial["found"]> {
  if (fetched.kind !== "found" && fetched.kind !== "spooled") return undefined;
  const { contentType, validators } = fetched;
  const { etag, lastModified } = validators;
  const validator = etag && isStrong(etag) ? "etag" : lastModified ? "last-modified" : "none";
  if (fetched.kind === "spooled") {
    const { body, size, beginning } = fetched.spooled;
    const video = sniffVideo(beginning);
    return {
      contentType,
      bytes: size,
      digest: body.digest(),
      facts: undefined,
      ...(video && { video }),
      validator,
    };
  }
  const { bytes } = fetched;
  const digest = hash("sha256", bytes);
  const facts = await readFacts(bytes);
  const video = facts ? undefined : sniffVideo(bytes);
  return { contentType, bytes: bytes.length, digest, facts, ...(video && { video }), validator };
}

/** What reads an original and keeps none of it: its digest alone is wanted. */
function passingSpool(policy: SourcePolicy): Spool {
  return {
    ...{ from: Math.min(HELD, policy.maxBytes), maxBytes: policy.maxVideoBytes ?? 0 },
    takes: (beginning) => sniffVideo(beginning) !== undefined,
    open() {
      const hash = createHash("sha256");
      return {
        async write(bytes) {
          hash.update(bytes);
          return true;
        },
        digest: () => hash.digest("hex"),
        keep: async () => false,
        discard: async () => {},
      };
    },
  };
}
