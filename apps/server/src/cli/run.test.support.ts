import { tmpdir } from "node:os";
import { COMMANDS } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import type { Surroundings } from "./surroundings.ts";

/** All but those that start something, or work on a store of this machine. */
export const HARMLESS = COMMANDS.filter(({ name }) => !/^(serve|migrate|users .*)$/.test(name));

/** A server that gives this answer to everything. */
export function answers(status: number, body: unknown, headers: Record<string, string> = {}): typeof fetch {
  return async () => new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

/** No server. */
export const away: typeof fetch = async () => {
  throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
};

/** Runs a command line with nothing around it but what is given: no environment, no input, no server. */
export async function run(argv: readonly string[], given: Partial<Surroundings> = {}) {
  let [out, err] = ["", ""];
  const io: Surroundings = {
    env: {},
    cwd: tmpdir(),
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isWatched: false,
    input: async () => undefined,
    onInterrupt: () => () => {},
    fetch: away,
    ...given,
  };
  const code = await dispatch(argv, HARMLESS, io);
  return { code, out, err };
}
