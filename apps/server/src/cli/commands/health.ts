import { reasonOf, recordOf, unreachable } from "../api.ts";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { serverOf } from "../connection.ts";
import { CliError } from "../exits.ts";

const TIMEOUT_MS = 10_000;

export const health: Command = {
  name: "health",
  summary: "Says whether the server lives and may be sent visitors.",
  words: [],
  options: { ...JSON_OPTION, server: SERVER_OPTIONS.server },
  notes: ["No key is needed. A server that lives and is not ready ends the command with 1."],
  examples: ["freshet health", "freshet health --server https://img.example.com --json"],
  async run(call) {
    const server = serverOf(call);
    const ask = async (path: string) => {
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const answer = await call.io.fetch(server + path, { signal, redirect: "manual" });
        const { status } = recordOf(await answer.json().catch(() => undefined));
        return { isOk: answer.ok && status === "ok", isFreshet: typeof status === "string" };
      } catch (error) {
        throw unreachable(server, reasonOf(error));
      }
    };
    const [live, ready] = [await ask("/livez"), await ask("/readyz")];
    if (!live.isOk || !ready.isFreshet) throw unreachable(server, "its answer is none of Freshet");
    const result = { server, live: true, ready: ready.isOk };
    if (ready.isOk) return { text: `${server} lives and is ready.`, json: result };
    throw new CliError("FAILED", `${server} lives, but is not ready yet.`, { partial: result });
  },
};
