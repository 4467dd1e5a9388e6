import { Counter, type Registry } from "prom-client";
import type { AccessLog } from "../access-log/access-log.ts";

/** What became of the lines of the access log; read when the metrics are asked for. */
export function accessLogMetrics(registry: Registry, log: Pick<AccessLog, "written" | "dropped">): void {
  const registers = [registry];
  new Counter({
    name: "freshet_access_log_lines_total",
    help: "Lines of the access log that were written.",
    registers,
    collect() {
      this.reset();
      this.inc(log.written);
    },
  });
  new Counter({
    name: "freshet_access_log_lines_dropped_total",
    help: "Lines of the access log that were lost: more came than its file took, or it took none.",
    registers,
    collect() {
      this.reset();
      this.inc(log.dropped);
    },
  });
}
