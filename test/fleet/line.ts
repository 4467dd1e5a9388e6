import type { Socket } from "node:net";
import { layWire } from "@freshet/store/testing";

/** How a line is out of order: "cut" ends connections and takes no new ones; "silent" takes and holds everything and answers nothing. */
export type Outage = "cut" | "silent";

/** A TCP line to one address that can be put out of order. */
export interface Line {
  /** The address, through the line. */
  readonly url: string;
  out(how: Outage): void;
  /** In order again. What was held is delivered, as by a network that lost packets and sent them again. */
  mend(): void;
  close(): Promise<void>;
}

export async function layLine(target: string): Promise<Line> {
  let outage: Outage | undefined;
  const join = (near: Socket, far: Socket) => {
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.on("data", (bytes) => {
        if (!other.write(bytes)) end.pause();
      });
      other.on("drain", () => {
        if (outage === undefined) end.resume();
      });
      if (outage === "silent") end.pause();
    }
  };
  const { url, ends, cut, close } = await layWire(target, join, () => outage !== "cut");
  return {
    ...{ url, close },
    out(how) {
      outage = how;
      if (how === "cut") cut();
      else for (const end of ends) end.pause();
    },
    mend() {
      outage = undefined;
      for (const end of ends) end.resume();
    },
  };
}
