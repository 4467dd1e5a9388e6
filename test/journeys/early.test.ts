import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const RED = { red: 220, green: 20, blue: 20 };
const GREEN = { red: 20, green: 200, blue: 20 };
const READY = "Freshet is ready";
/** Where others work, this process may come too late to be early. */
const EARLY = { retry: 3 };

describe("whoever comes as soon as it listens", () => {
  let origin: Origin;
  let freshet: Freshet;
  const picture = "/v7/_site_/a.jpg?w=90&force_format=png";

  beforeAll(async () => {
    origin = await startOrigin();
    await origin.paint("/a.jpg", RED);
    freshet = await startFreshet({ config: demoOf(origin) });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  /** The first answer that there is, and whether the server had said by then that it is ready. */
  async function first(path: string, starts: number): Promise<{ answer: Response; wasReady: boolean }> {
    for (;;) {
      try {
        const answer = await fetch(`${freshet.url}${path}`, { headers: { connection: "close" } });
        return { answer, wasReady: freshet.logs().split(READY).length - 1 >= starts };
      } catch {
        await new Promise((wait) => setTimeout(wait, 1));
      }
    }
  }
  const colourOf = async (answer: Response) => {
    const [red, green] = (await sharp(await answer.arrayBuffer()).stats()).channels;
    return (red?.mean ?? 0) > (green?.mean ?? 0) ? "red" : "green";
  };
  const starts = () => freshet.logs().split(READY).length - 1;

  it("has his picture before the rest of the server is there", EARLY, async () => {
    await freshet.kill();
    const restarting = freshet.restart();
    const { answer, wasReady } = await first(picture, starts() + 1);
    await restarting;
    expect([answer.status, wasReady]).toEqual([200, false]);
    expect(await colourOf(answer)).toBe("red");
  });

  it("is answered by the API and by probes as ever, and is never told that there is no such address", async () => {
    await freshet.kill();
    const restarting = freshet.restart();
    const paths = ["/livez", "/readyz", "/metrics", "/openapi.json", "/invalidate", "/console"];
    const found = await Promise.all(paths.map((path) => first(path, starts() + 1)));
    expect(found.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200, 401, expect.any(Number)]);
    expect(found[5]?.answer.status).not.toBe(503);
    await restarting;
    expect((await fetch(`${freshet.url}/nothing-here/a.jpg`)).headers.get("freshet-error")).not.toBeNull();
  });

  it("sees nothing that was invalidated before the process died", async () => {
    const before = await fetch(`${freshet.url}${picture}`);
    expect(await colourOf(before)).toBe("red");
    await origin.paint("/a.jpg", GREEN);
    const key = demoOf(origin).projects.demo.apiKey;
    const client = createInvalidationClient({ endpoint: freshet.url, apiKey: key });
    await client.invalidate({ scope: "original", urls: ["/_site_/a.jpg"] });
    await freshet.kill();
    const restarting = freshet.restart();
    const { answer } = await first(picture, starts() + 1);
    expect(await colourOf(answer)).toBe("green");
    await restarting;
  });

  it("is not answered by settings that were withdrawn", async () => {
    await freshet.kill();
    const restarting = freshet.restart({ config: demoOf(origin, { aliases: {}, origins: { allow: [] } }) });
    const { answer } = await first(picture, starts() + 1);
    expect(answer.status).not.toBe(200);
    await restarting;
    await freshet.restart({ config: demoOf(origin) });
  });

  it(
    "loses nothing when a signal ends the server at that moment, and the next start is whole",
    EARLY,
    async () => {
      await freshet.kill();
      const restarting = freshet.restart().then(
        () => "ready",
        (error: unknown) => String(error),
      );
      const { answer, wasReady } = await first(picture, starts() + 1);
      process.kill(freshet.pid, "SIGTERM");
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
      expect((await freshet.ended).code).toBe(0);
      expect([wasReady, await restarting]).toEqual([false, expect.stringContaining("ended with 0")]);
      await freshet.restart();
      expect((await fetch(`${freshet.url}/readyz`)).status).toBe(200);
      expect((await fetch(`${freshet.url}${picture}`)).status).toBe(200);
    },
  );

  it.each(["invalidation", "access"])(
    "finds nobody any more where a newer release has made the tables of %s, and the log says why",
    async (owner) => {
      await freshet.kill();
      const change = (text: string) => {
        const database = new DatabaseSync(join(freshet.dataFolder, "freshet.db"));
        database.exec(text);
        database.close();
      };
      change(`insert into ${owner}_migration values (99, 'of a newer release', 1)`);
      const outcome = await freshet.restart().then(
        () => "ready",
        (error: unknown) => String(error),
      );
      expect(outcome).toContain("ended with 1");
      expect(outcome).toContain("of a newer release");
      change(`delete from ${owner}_migration where version = 99`);
      await freshet.restart();
    },
  );
});
