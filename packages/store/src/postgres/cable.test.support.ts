import { layWire } from "../testing/wire.ts";

/** A line to a server that can be cut at chosen moments. */
export interface Cable {
  /** Address of the same database through the cable. */
  readonly url: string;
  /** Connections that go through it now. */
  count(): number;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /**
   * Cuts once a message to the server holds the text: "before" it arrives, or "after" it was carried out, so that only
   * the answer is lost.
   */
  cutOn(text: string, when: "before" | "after"): void;
  close(): Promise<void>;
}

export async function layCable(target: string): Promise<Cable> {
  let trap: { readonly text: string; readonly when: "before" | "after" } | undefined;
  const { url, ends, cut, close } = await layWire(target, (near, far) => {
    let isDeaf = false;
    near.on("data", (bytes) => {
      if (trap === undefined || !bytes.includes(trap.text)) return far.write(bytes);
      const { when } = trap;
      trap = undefined;
      if (when === "before") return near.destroy();
      isDeaf = true;
      return far.write(bytes);
    });
    // The server's answer says that it was done; nobody hears it.
    far.on("data", (bytes) => (isDeaf ? near.destroy() : near.write(bytes)));
  });
  return {
    ...{ url, cut, close },
    count: () => ends.size / 2,
    cutOn(text, when) {
      trap = { text, when };
    },
  };
}
