import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fetchRendition } from "../check.ts";
import type { Options } from "../options.ts";
import { renderBare } from "../peers/loop/picture.ts";
import { deliveryUrl, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { pause } from "../programs.ts";

/** Bytes a second that the origin gives, and milliseconds between its pieces. */
const RATE = 2_000_000;
const TICK_MS = 10;

/** One picture over a slow line. Milliseconds. */
export interface SlowDownloadRound {
  readonly picture: string;
  /** Reading it from the origin with nothing in between, and rendering the bytes by bare sharp, one after the other. */
  readonly download: number;
  readonly transform: number;
  /** Until the last byte of the rendition from Freshet, which has neither. */
  readonly whole: number;
  /** Until a page of that length that calls itself a picture is refused. */
  readonly refusal: number;
}

/** What Freshet adds to a download and a render that have to be waited for anyway: origin at 2 MB/s, one picture at a time. */
export async function measureSlowDownloads(
  { pictures }: { readonly pictures: Pictures },
  options: Options,
  progress: (text: string) => void,
): Promise<readonly SlowDownloadRound[]> {
  const origin = await startSlowOrigin(pictures);
  const server = await startOwn();
  const rounds: SlowDownloadRound[] = [];
  try {
    await fetchRendition(deliveryUrl(server, origin.urlOf("warm", pictures.names[0] ?? "")));
    for (let round = 0; round < options.rounds; round += 1) {
      const picture = pictures.names[round % pictures.names.length] ?? "";
      progress(`slow-download: round ${round + 1} of ${options.rounds}, ${picture}`);
      const [bytes, download] = await timed(async () =>
        Buffer.from(await (await fetch(origin.urlOf(`bare-${round}`, picture))).arrayBuffer()),
      );
      const [, transform] = await timed(() => renderBare(bytes));
      const [, whole] = await timed(() =>
        fetchRendition(deliveryUrl(server, origin.urlOf(`whole-${round}`, picture))),
      );
      const [status, refusal] = await timed(async () => {
        const answer = await fetch(deliveryUrl(server, origin.urlOf(`page-${round}`, picture)));
        await answer.arrayBuffer();
        return answer.status;
      });
      if (status !== 415) throw new Error(`A page was answered ${status} and not 415.`);
      rounds.push({ picture, download, transform, whole, refusal });
    }
    return rounds;
  } finally {
    await server.stop();
    await origin.stop();
  }
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const begun = performance.now();
  const result = await work();
  return [result, performance.now() - begun];
}

/** `/<token>/<name>` is the picture with the token behind its end, `/page-…/<name>` as many other bytes. */
async function startSlowOrigin({ folder, names }: Pictures) {
  const pictures = new Map<string, Buffer>();
  for (const name of names) pictures.set(name, await readFile(join(folder, name)));
  const server = createServer(async (request, response) => {
    const [, token = "", name = ""] = (request.url ?? "").split("/");
    const picture = Buffer.concat([pictures.get(name) ?? Buffer.alloc(0), Buffer.from(token)]);
    const body = token.startsWith("page-") ? Buffer.alloc(picture.length, "page ") : picture;
    response.writeHead(200, { "content-type": "image/jpeg", "content-length": body.length });
    const begun = performance.now();
    for (let sent = 0; sent < body.length && !response.destroyed; ) {
      await pause(TICK_MS);
      const due = Math.min(body.length, Math.round(((performance.now() - begun) / 1_000) * RATE));
      response.write(body.subarray(sent, due));
      sent = due;
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urlOf: (token: string, name: string) => `${url}/${token}/${name}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
