import { urlOf } from "../s3/address.ts";
import { errorCodeOf } from "../s3/documents.ts";
import { createSigner, NO_BODY } from "../s3/signature.ts";
import { readBody } from "./body.ts";
import { dressForAzure } from "./buckets/azure.ts";
import { createGoogleTokens } from "./buckets/google-token.ts";
import type { AccessKey, BucketPlace } from "./buckets/place.ts";
import type { HttpReader, Plan } from "./http.ts";
import { broken, denied, notAllowed } from "./refusal.ts";
import type { Fetched, Source } from "./source.ts";
import { type Head, headerOf } from "./wire.ts";

const LARGEST_DOCUMENT = 65_536;
/** The region that Google's keys are for. */
const GOOGLE_REGION = "auto";

type Signer = ReturnType<typeof createSigner>;

/**
 * Reads originals from buckets, over the same wire and under the same limits as every other. A bucket's requests go to the host that
 * its owner wrote down and to no other: no redirect is followed, and no key leads out of the bucket.
 */
export function createBucketSource(reader: HttpReader, now: () => number = Date.now): Source {
  const tokens = createGoogleTokens(reader.wire, now);
  const signers = new WeakMap<BucketPlace, Signer>();

  function signerOf(place: Exclude<BucketPlace, { kind: "azure" }>, key: AccessKey): Signer {
    const known = signers.get(place);
    if (known) return known;
    const region = place.kind === "s3" ? place.region : GOOGLE_REGION;
    const { accessKeyId, secretAccessKey } = key;
    const signer = createSigner({ region, accessKeyId, secretAccessKey: secretAccessKey.reveal() }, now);
    signers.set(place, signer);
    return signer;
  }

  function dresserOf(place: BucketPlace, policy: Parameters<typeof tokens.get>[1]): Plan["dress"] {
    if (place.kind === "azure") return async (url, headers) => dressForAzure(place, url, headers, now());
    const { credentials } = place;
    if (!credentials) return undefined;
    if ("privateKey" in credentials) {
      return async (_url, _headers, clock) => {
        const token = await tokens.get(credentials, policy, clock.signal);
        return typeof token === "string" ? { headers: { authorization: `Bearer ${token}` } } : token;
      };
    }
    const sign = signerOf(place, credentials);
    return async (url, headers) => ({
      headers: await sign({ method: "GET", url, headers, sha256: NO_BODY }),
    });
  }

  async function meaningOf(place: BucketPlace, head: Head): Promise<Fetched | undefined> {
    const { statusCode: status } = head;
    if (status < 400) return undefined;
    const { credentials } = place.kind === "gcs" ? place : {};
    if (status === 401 && credentials && "privateKey" in credentials) tokens.forget(credentials);
    const code = await codeOf(head);
    if (code === "NoSuchBucket" || code === "ContainerNotFound") return broken("There is no such bucket.");
    if (status === 404 || status === 410) return { kind: "missing", status };
    const hint =
      code === "AccessDenied" ? " Whoever may not list a bucket is answered so for missing objects too." : "";
    // Other codes speak of the credentials, which are the owner's to put right.
    return (code === "AccessDenied" ? denied : broken)(
      `The bucket refused with status ${status}${code ? ` (${code})` : ""}.${hint}`,
    );
  }

  return {
    async fetch(location, request, signal) {
      if (location.kind !== "bucket") throw new TypeError("The bucket source reads only keys of buckets.");
      signal.throwIfAborted();
      const { place, key } = location;
      const url = urlOfKey(place, key);
      if (url === "missing") return { kind: "missing", status: 404 };
      if (url === undefined) return notAllowed("The bucket has no such address.");
      const policy = { ...request.policy, allow: [url.host] };
      const dress = dresserOf(place, policy);
      const plan: Plan = {
        urls: [url.href],
        redirects: 0,
        ...(dress && { dress }),
        meaning: (head) => meaningOf(place, head),
      };
      return reader.read(plan, { ...request, policy }, signal);
    },
  };
}

/** The URL of an object; "missing" for a key that no object can have, undefined for a host that the bucket's name does not fit into. */
function urlOfKey(place: BucketPlace, key: string): URL | "missing" | undefined {
  const whole = place.prefix === "" ? key : `${place.prefix}/${key}`;
  const { pathname } = new URL(place.endpoint);
  const bucket =
    place.kind === "azure"
      ? `${pathname.replace(/^\/|\/$/g, "")}/${place.container}`.replace(/^\//, "")
      : place.bucket;
  const addressing = place.kind === "s3" ? place.addressing : "path";
  const url = urlOf({ endpoint: place.endpoint, bucket, addressing }, whole);
  if (url === undefined) return "missing";
  // A host that cannot take the label is left as it was, without a bucket: the key would name one.
  const fits =
    addressing === "host" ? url.host.startsWith(`${bucket}.`) : url.pathname.startsWith(`/${bucket}/`);
  return fits ? url : undefined;
}

/** The store's own word for what is wrong: Azure's is in the head, the others' in the body. */
async function codeOf(head: Head): Promise<string | undefined> {
  const said = headerOf(head, "x-ms-error-code");
  if (said !== undefined) return /^[A-Za-z]{1,64}$/.test(said) ? said : undefined;
  const body = await readBody(head.body, { maxBytes: LARGEST_DOCUMENT, announced: undefined }, () => {});
  return body.kind === "whole" ? errorCodeOf(Buffer.from(body.bytes).toString()) : undefined;
}
