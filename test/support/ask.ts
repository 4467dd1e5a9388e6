import { request } from "node:http";

/** What came back, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Asks a server under a host name of our choice, which `fetch` does not allow; the path goes out as it is written. */
export function ask(
  server: { readonly port: number },
  host: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, path, headers: { ...headers, host } };
    request(options, async (answer) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const pairs = Object.entries(answer.headers).map(
          ([name, value]) => [name, String(value)] as [string, string],
        );
        resolve({
          status: answer.statusCode ?? 0,
          headers: new Headers(pairs),
          bytes: Buffer.concat(chunks),
        });
      } catch (error) {
        reject(error);
      }
    })
      .on("error", reject)
      .end();
  });
}
