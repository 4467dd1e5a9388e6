import { bucketName } from "@freshet/core";
import type { Secret } from "../secrets/secret.ts";
import type { HttpReader, Plan } from "./http.ts";
import { broken, notAllowed } from "./refusal.ts";
import type { Source } from "./source.ts";

/** A space of Contentful, whose assets are named by their ids: the connector says which file an id stands for now. */
export interface ContentfulPlace {
  readonly kind: "contentful";
  readonly space: string;
  /** Address of the connector, without a slash at the end. */
  readonly connector: string;
  readonly token: Secret;
  /** Hosts that files may be on, each covering its subdomains; with a port where that is not the usual one. */
  readonly hosts: readonly string[];
}

/** What the names of a space's assets begin with. The space is one, whichever connector knows it. */
export const nameOfSpace = (space: string) => bucketName("ctf", space, "contentful");

const LARGEST_ANSWER = 65_536;
const MOST_REDIRECTS = 3;
/** An id of Contentful's, and behind it a locale; a step that leads up is none. */
const ID = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,64}(?:\/[A-Za-z0-9_-]{1,50})?$/;

/**
 * Reads assets by their ids. The connector is asked at each reading, so that an invalidation of the id leads to the file that is
 * published then; that file is read like every other, over the same wire, and from the space's hosts alone.
 */
export function createContentfulSource(reader: HttpReader): Source {
  return {
    async fetch(location, request, signal) {
      if (location.kind !== "contentful") throw new TypeError("The Contentful source reads only asset ids.");
      const { place, id } = location;
      if (!ID.test(id)) return { kind: "missing", status: 404 };
      const { policy } = request;
      const address = new URL(`${place.connector}/contentful/resolve/${place.space}/${id}`);
      const asking: Plan = {
        urls: [address.href],
        redirects: 0,
        dress: async () => ({ headers: { authorization: `Bearer ${place.token.reveal()}` } }),
        meaning: async ({ statusCode: status }) => {
          if (status === 404 || status === 410) return { kind: "missing", status };
          if (status === 401) return broken("The Contentful connector refuses the resolver's token.");
          return broken(`The Contentful connector answered with status ${status}.`);
        },
      };
      const ownPolicy = { ...policy, allow: [address.host], maxBytes: LARGEST_ANSWER };
      const said = await reader.read(asking, { policy: ownPolicy, fresh: true }, signal);
      if (said.kind === "unchanged" || said.kind === "spooled") return broken("It said nothing.");
      if (said.kind !== "found") return said;
      const url = urlIn(said.bytes);
      if (url === undefined) return broken("The Contentful connector answered in a form that is not known.");
      if (url === "odd") return notAllowed("The Contentful connector named no address of a file.");
      const plan: Plan = { urls: [url.href], redirects: MOST_REDIRECTS };
      return await reader.read(plan, { ...request, policy: { ...policy, allow: place.hosts } }, signal);
    },
  };
}

function urlIn(bytes: Uint8Array): URL | "odd" | undefined {
  try {
    const { url } = JSON.parse(Buffer.from(bytes).toString()) as { readonly url?: unknown };
    if (typeof url !== "string") return undefined;
    const read = URL.parse(url);
    return read !== null && /^https?:$/.test(read.protocol) ? read : "odd";
  } catch {
    return undefined;
  }
}
