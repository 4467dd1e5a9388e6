/** One server-sent event. */
export interface ServerEvent {
  /** "message" where nothing is said. */
  readonly event: string;
  readonly data: string;
  /** Id of the last event that had one. */
  readonly id: string | undefined;
}

/** Longer events are none of ours: whoever sends them would fill the memory. */
const LONGEST = 8 * 2 ** 20;

/**
 * Reads a stream of server-sent events as the HTML standard describes it, comments left out. It ends with the stream, and rejects as
 * the stream does.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id: string | undefined;
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    if (rest.length > LONGEST) throw new Error("An event is too long.");
    // A carriage return at the very end may be half of a line break.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { event: event || "message", data: data.join("\n"), id };
        event = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event = value;
      else if (name === "data") data.push(value);
      else if (name === "id" && !value.includes("\0")) id = value;
    }
  }
}
