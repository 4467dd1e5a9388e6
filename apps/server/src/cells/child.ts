// The process of a cell: it does one job at a time and knows nothing of the server. Whoever started it watches and ends it.
import { behindAnswers, beNice } from "../niceness.ts";
import { type JobName, reply } from "./jobs.ts";

// A drawing that takes long must not slow down others.
beNice(process.pid, behindAnswers());
process.on("disconnect", () => process.exit(0));
process.on("message", ({ name, input }: { readonly name: JobName; readonly input: unknown }) => {
  void reply(name, input).then((answer) => process.send?.(answer));
});
process.send?.("ready");
