import { connect, createServer, type Socket } from "node:net";

/**
 * Stands before a node and keeps tags of some kinds, by their letters, from it: as if a server had forgotten to send them. A function
 * is asked for the letters once for each purge.
 */
export async function startDeafNode(
  node: string,
  letters: string | (() => string),
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(node);
  const sockets = new Set<Socket>();
  const server = createServer((visitor) => {
    const inner = connect(Number(port), hostname);
    for (const socket of [visitor, inner]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        sockets.delete(socket);
        visitor.destroy();
        inner.destroy();
      });
    }
    inner.pipe(visitor);
    // A request for the node is far smaller than what arrives at once.
    visitor.on("data", (bytes) => inner.write(withoutTags(bytes.toString("latin1"), letters), "latin1"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A purge of nothing would be refused; one of what nobody has changes nothing. */
function withoutTags(request: string, letters: string | (() => string)): string {
  return request.replace(/^(freshet-purge-tags: )(.*)$/im, (_, name: string, tags: string) => {
    const lost = typeof letters === "string" ? letters : letters();
    const heard = tags
      .trim()
      .split(" ")
      .filter((tag) => !lost.includes(tag.charAt(0)));
    return `${name}${heard.join(" ") || "x-0000000000000000"}`;
  });
}
