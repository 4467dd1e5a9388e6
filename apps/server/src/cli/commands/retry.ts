import { type Command, JSON_OPTION, PROJECT_OPTION, SERVER_OPTIONS } from "../command.ts";
import { openInvalidations } from "../waiting.ts";
import { timeoutOf, WAIT_OPTIONS } from "./invalidate.ts";

export const retry: Command = {
  name: "retry",
  summary: "Opens an invalidation that ended in error again: only the nodes that failed are purged.",
  words: ["<uuid>"],
  options: { ...JSON_OPTION, ...SERVER_OPTIONS, ...PROJECT_OPTION, ...WAIT_OPTIONS },
  notes: ["freshet log --status ERROR_CDN_NODE lists those that can be retried."],
  examples: ["freshet retry 0f6c1a2e-5b1f-4c0e-9f57-3a9d1f0c2b7e --wait"],
  async run(call) {
    const [uuid = ""] = call.words;
    const timeoutMs = timeoutOf(call);
    const { client, wait } = await openInvalidations(call);
    const { invalidation } = await client.retry(uuid);
    if (call.isOn("wait")) return await wait(invalidation.uuid, timeoutMs);
    return { text: `${invalidation.uuid} ${invalidation.status}`, json: { invalidation } };
  },
};
