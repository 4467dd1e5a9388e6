import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../support/freshet.ts";
import { type Program, startProgram } from "../support/program.ts";
import { full } from "../support/size.ts";

const MAIN = join(import.meta.dirname, "../../apps/wordpress/dist/main.js");
const ATTACHMENTS = full ? 100_000 : 2_000;
const FILES_EACH = 8;
const SLOW = { timeout: full ? 1_200_000 : 120_000, interval: 50 };
/** Growth of the process between a tenth of a walk and its end: a heap breathes, but it holds no list of files. */
const BREATH_MB = 120;

interface SiteView {
  readonly reconcile: {
    readonly state: string;
    readonly pass: number;
    readonly steps: number;
    readonly originals: number;
    readonly found: number;
  };
}

/** A site with the plugin as its API shows it, a Freshet that takes everything, and the connector between them. */
describe(`a media library of ${ATTACHMENTS} pictures`, () => {
  const started = new AsyncDisposableStack();
  /** Attachment → how often it was overwritten. */
  const overwritten = new Map<number, number>();
  const pages: number[] = [];
  const invalidated: string[] = [];
  let site: string;
  let env: Readonly<Record<string, string>>;
  let folder: string;
  let program: Program;
  let port: number;

  const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => unknown) => {
    const server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    started.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const filesOf = (id: number) =>
    Array.from({ length: FILES_EACH }, (_, size) => {
      const changes = size === 0 ? (overwritten.get(id) ?? 0) : 0;
      const sha256 = `${id.toString(16)}${size}${changes}`.padStart(64, "0");
      const url = `${site}/wp-content/uploads/2026/11/a-picture-with-a-name-${id}-${size}.jpg`;
      return { url, sha256, version: `c${sha256.slice(52)}` };
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "freshet-scale-"));
    started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    site = await serve((request, response) => {
      const { searchParams } = new URL(request.url ?? "", "http://site.example");
      const [after, limit] = [Number(searchParams.get("after")), Number(searchParams.get("limit"))];
      const route = searchParams.get("rest_route")?.split("/").at(-1);
      const answer: Record<string, unknown> = { site, head: 0, pending: 0, events: [] };
      if (route === "files") {
        pages.push(after);
        const count = Math.max(0, Math.min(limit, ATTACHMENTS - after));
        const ids = Array.from({ length: count }, (_, i) => after + i + 1);
        answer.attachments = ids.map((id) => ({ id, files: filesOf(id) }));
        answer.next = count < limit ? null : after + limit;
        answer.total = ATTACHMENTS;
      }
      if (route === "scan") Object.assign(answer, { scanned: 0, next: null });
      response.end(JSON.stringify(answer));
    });
    const server = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.method === "PUT") return response.end("{}");
      if (request.method === "POST") invalidated.push(...JSON.parse(Buffer.concat(chunks).toString()).urls);
      const invalidation = { uuid: "u1", status: "DONE", added_at: "" };
      response.writeHead(request.method === "POST" ? 201 : 200);
      return response.end(JSON.stringify({ status: "success", msg: "", invalidation }));
    });
    port = await freePort();
    const config = join(folder, "freshet.config.json");
    const wordpress = [{ site, secret: "a-secret-of-both-sides" }];
    await writeFile(
      config,
      JSON.stringify({ projects: { demo: { apiKey: "client_0123456789" } }, connectors: { wordpress } }),
    );
    env = {
      ...{ FRESHET_CONFIG: config, FRESHET_DATA: join(folder, "data") },
      ...{ FRESHET_URL: server, FRESHET_WORDPRESS_PORT: String(port) },
    };
    await start();
  }, 60_000);
  afterAll(() => started.disposeAsync());

  const start = async () => {
    program = await startProgram({ args: [MAIN], cwd: folder, env, ready: [/is ready: \S+$/m] });
    const mine = program;
    started.defer(() => mine.end("SIGKILL"));
  };
  const walk = async (): Promise<SiteView["reconcile"]> => {
    const response = await fetch(`http://127.0.0.1:${port}/wordpress/status`);
    const { sites } = (await response.json()) as { sites: [SiteView] };
    return sites[0].reconcile;
  };
  const residentMb = async (): Promise<number> => {
    const status = await readFile(`/proc/${program.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  };

  test(
    "a first look that is killed in the middle goes on where it was, and purges nothing",
    async () => {
      await vi.waitFor(async () => expect((await walk()).steps).toBeGreaterThan(ATTACHMENTS / 3), SLOW);
      await program.end("SIGKILL");
      const before = pages.length;
      await start();
      await vi.waitFor(async () => expect((await walk()).state).toBe("resting"), SLOW);
      expect(await walk()).toMatchObject({
        ...{ pass: 1, steps: ATTACHMENTS, originals: ATTACHMENTS * FILES_EACH, found: 0 },
      });
      // The page that was under way when it was killed is read again, and no other.
      expect(pages.length - new Set(pages).size).toBeLessThanOrEqual(1);
      expect(pages.slice(before)[0]).toBeGreaterThan(ATTACHMENTS / 3 - 100);
      expect(invalidated).toEqual([]);
    },
    SLOW.timeout,
  );

  test(
    "the next look finds what changed and nothing else, shows how far it is, and needs no more memory at the end",
    async () => {
      const changed = [7, Math.floor(ATTACHMENTS / 2), ATTACHMENTS];
      for (const id of changed) overwritten.set(id, 1);
      const samples: { readonly steps: number; readonly mb: number }[] = [];
      const sample = async () => {
        const { steps, pass } = await walk();
        if (pass === 2) samples.push({ steps, mb: await residentMb() });
      };
      // A connection that was kept may be closed at the very moment in which it is used again: the next sample has a new one.
      const sampling = setInterval(() => void sample().catch(() => {}), 100);
      const begun = Date.now();
      const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "reconcile"], {
        ...{ env: { ...process.env, ...env }, timeout: SLOW.timeout },
      });
      const took = Date.now() - begun;
      clearInterval(sampling);
      expect(stdout.trim().split("\n").at(-1)).toContain(
        `walk 2 resting: ${ATTACHMENTS} of ${ATTACHMENTS} (100 %) attachments, ${ATTACHMENTS * FILES_EACH} files met, 3 not as known`,
      );
      await vi.waitFor(() => expect(invalidated).toHaveLength(3), SLOW);
      expect(invalidated.toSorted()).toEqual(changed.map((id) => filesOf(id)[0]?.url ?? "").toSorted());
      const early = samples.find(({ steps }) => steps >= ATTACHMENTS / 10)?.mb ?? 0;
      const most = Math.max(...samples.map(({ mb }) => mb));
      console.log(
        `${ATTACHMENTS * FILES_EACH} files compared in ${took} ms; ${Math.round(early)} MB at a tenth, ${Math.round(most)} MB at most`,
      );
      expect(early).toBeGreaterThan(0);
      expect(most - early).toBeLessThan(BREATH_MB);
    },
    SLOW.timeout,
  );
});
