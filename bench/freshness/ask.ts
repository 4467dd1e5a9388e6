import { Agent, type IncomingHttpHeaders, request } from "node:http";

/** An answer without its body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Connections are kept: what is measured is the answer, not the handshake. Shorter than the five seconds Varnish keeps them. */
const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: 4_000 });

/** One request over a kept connection; rejects when there is no answer, never for a status. */
export function ask(url: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("latin1");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The same, and how many milliseconds it took; throws for any other status. */
export async function timed(url: string, asking: Asking, status = 200): Promise<number> {
  const begun = performance.now();
  const answer = await ask(url, asking);
  const milliseconds = performance.now() - begun;
  if (answer.status !== status) {
    throw new Error(`${asking.method ?? "GET"} ${url} was answered ${answer.status}: ${answer.text}`);
  }
  return milliseconds;
}

/** Whether the outermost cache says that it had it. */
export const isHit = ({ headers }: Answer): boolean => /;\s*hit\b/.test(lastOf(headers["cache-status"]));

function lastOf(header: string | readonly string[] | undefined): string {
  return [header].flat().join(", ").split(",").at(-1) ?? "";
}
