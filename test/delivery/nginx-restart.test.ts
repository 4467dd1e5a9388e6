import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { type Nginx, nginxIsMissing, startNginx } from "../support/nginx.ts";
import { isShade, type Origin, type Shade, shadeOf, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const RED: Shade = { red: 200, green: 30, blue: 30 };
const GREEN: Shade = { red: 30, green: 180, blue: 60 };
const PICTURES = ["one.jpg", "two.jpg", "three.jpg"];

const missing = nginxIsMissing();

describe.skipIf(missing)(`an nginx that is started again${missing ? ` ${missing}` : ""}`, () => {
  let origin: Origin;
  let nginx: Nginx;
  let freshet: Freshet;

  const get = async (picture: string) => {
    const answer = await fetch(`${nginx.url}/v7/_site_/${picture}?w=20&force_format=png`);
    const shade = await shadeOf(new Uint8Array(await answer.arrayBuffer()));
    return { status: String(answer.headers.get("cache-status")), shade };
  };
  /** The first answer that the node does not pass. */
  const first = async (picture: string) => {
    let answer = await get(picture);
    await expect
      .poll(
        async () => {
          answer = await get(picture);
          return answer.status;
        },
        { timeout: 20_000 },
      )
      .not.toContain("fence-unknown");
    return answer;
  };
  const paintAll = async (shade: Shade) => {
    for (const picture of PICTURES) await origin.paint(`/media/${picture}`, shade, { width: 32, height: 24 });
  };
  const invalidate = async (...urls: readonly string[]) => {
    const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
    const { uuid } = (await client.invalidate({ scope: "original", urls })).invalidation;
    return client.waitUntilDone(uuid);
  };

  beforeAll(async () => {
    const port = await freePort();
    [origin, nginx] = await Promise.all([startOrigin(), startNginx({ backendPort: port })]);
    await paintAll(RED);
    const aliases = { _site_: `${origin.url}/media` };
    freshet = await startFreshet({
      port,
      config: {
        projects: {
          demo: { apiKey: KEY, origins: { allow: ["127.0.0.1"], allowPrivate: true }, aliases },
        },
        cdn: [{ driver: "nginx", nodes: [nginx.url] }],
      },
    });
  });
  afterAll(async () => {
    await freshet?.stop();
    await nginx?.stop();
    await origin?.close();
  });

  test("uses of its disk what no invalidation has covered, and nothing else", async () => {
    for (const picture of PICTURES) await first(picture);
    for (const picture of PICTURES) expect((await get(picture)).status).toContain("nginx; hit");
    await paintAll(GREEN);
    await invalidate("/_site_/one.jpg");
    await nginx.restart("quit");
    // The node knows no number yet, or just does: this one is heeded either way.
    await invalidate("/_site_/two.jpg");
    const [one, two, three] = await Promise.all(PICTURES.map(first));
    expect(one && isShade(one.shade, GREEN)).toBe(true);
    expect(two && isShade(two.shade, GREEN)).toBe(true);
    expect(three?.status).toContain("nginx; hit");
    expect(three && isShade(three.shade, RED)).toBe(true);
  });
});
