import { createHash, hash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import { Failures } from "./failures.ts";
import type { Keys } from "./keys.ts";
import { type Principal, rightsOfKey } from "./right.ts";

/** Longer texts are no key. */
const LONGEST = 300;

export interface Principals {
  /**
   * Who sends a request with this key from this address.
   * @throws ServerError API_KEY_WRONG, or ATTEMPTS_TOO_MANY for one more wrong key of an address that sent many.
   */
  of(key: string | undefined, address: string): Promise<Principal>;
}

export function createPrincipals(parts: {
  readonly projects: Pick<Projects, "byKey">;
  /** Key of the whole installation, as the configuration gives it. */
  readonly adminKey: string | undefined;
  readonly keys: Pick<Keys, "principalOf">;
  readonly now: () => number;
}): Principals {
  const { projects, adminKey, keys } = parts;
  const failures = new Failures(parts.now);
  /** Hashes of keys that were right before: they are looked up however many wrong ones come from the same address. */
  const right = new LRUCache<string, true>({ max: 1_000 });

  const configured = (key: string): Principal | undefined => {
    if (adminKey !== undefined && isSame(adminKey, key)) {
      return { label: "configuration", rights: rightsOfKey(undefined, "admin") };
    }
    const project = projects.byKey(key);
    return (
      project && { label: `configuration (${project.name})`, rights: rightsOfKey(project.name, "write") }
    );
  };
  return {
    async of(key, address) {
      if (key === undefined || key === "") throw new ServerError("API_KEY_WRONG");
      if (key.length <= LONGEST) {
        const known = configured(key);
        if (known) return known;
        const digest = hash("sha256", key);
        if (failures.isSpent(address) && !right.has(digest)) throw new ServerError("ATTEMPTS_TOO_MANY");
        const principal = await keys.principalOf(key);
        if (principal) {
          right.set(digest, true);
          return principal;
        }
        right.delete(digest);
      }
      failures.add(address);
      throw new ServerError("API_KEY_WRONG");
    },
  };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
