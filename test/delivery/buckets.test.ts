import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Azurite, startAzurite } from "../support/azurite.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Gcs, startGcs } from "../support/gcs.ts";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";
import { type S3Server, startS3 } from "../support/s3.ts";
import { changeObject } from "../support/s3-objects.ts";

const KEY = "client_0123456789abcdef";
const RED = { red: 200, green: 30, blue: 30 };
const GREEN = { red: 30, green: 180, blue: 60 };
const BLUE = { red: 30, green: 60, blue: 200 };
/** Letters that every store spells in its own way in URLs and signatures. */
const ODD = "summer/a b/ü+1 (2)'s~;=@$&,.png";
const WRONG = "not the secret, but one all the same";

let s3: S3Server;
let azurite: Azurite;
let gcs: Gcs;
let freshet: Freshet;

/** A store, and the aliases that lead into it. */
interface Store {
  readonly name: string;
  readonly alias: string;
  /** Aliases that see the same object, under "2026". */
  readonly below: string;
  readonly wrong: string;
  /** What the log says of wrong credentials. */
  readonly said: RegExp;
  readonly elsewhere: string;
  put(key: string, bytes: Uint8Array): Promise<void> | void;
  remove(key: string): Promise<void> | void;
}

const STORES: readonly Store[] = [
  {
    ...{ name: "S3", alias: "_s3_", below: "_s3-2026_", wrong: "_s3-wrong_", elsewhere: "_s3-none_" },
    said: /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied/,
    put: (key, bytes) => changeObject(s3, key, bytes),
    remove: (key) => changeObject(s3, key, undefined),
  },
  {
    ...{ name: "Azure", alias: "_az_", below: "_az-2026_", wrong: "_az-wrong_", elsewhere: "_az-none_" },
    said: /status 403 \(\w+\)/,
    put: (key, bytes) => azurite.put(key, bytes),
    remove: (key) => azurite.remove(key),
  },
  {
    ...{ name: "Google", alias: "_gcs_", below: "_gcs-2026_", wrong: "_gcs-wrong_", elsewhere: "_gcs-none_" },
    said: /got no token: invalid_grant/,
    put: (key, bytes) => gcs.put(key, bytes),
    remove: (key) => gcs.remove(key),
  },
];

const config = () => {
  const bucket = { ...s3.settings, region: "us-east-1" };
  const photos = { ...azurite.place, accountKey: azurite.accountKey };
  const google = { endpoint: gcs.endpoint, bucket: gcs.bucket, key: gcs.keyFile };
  const aliases = {
    _s3_: { s3: bucket },
    "_s3-2026_": { s3: { ...bucket, prefix: "2026/" } },
    "_s3-wrong_": { s3: { ...bucket, bucket: "other", accessKeyId: "nobody", secretAccessKey: WRONG } },
    "_s3-none_": { s3: { ...bucket, bucket: "nowhere" } },
    _az_: { azure: photos },
    "_az-2026_": { azure: { ...azurite.place, prefix: "2026", sas: `?${azurite.sas}` } },
    "_az-wrong_": {
      azure: { ...azurite.place, container: "other", accountKey: Buffer.from(WRONG).toString("base64") },
    },
    "_az-none_": { azure: { ...photos, container: "nowhere" } },
    _gcs_: { gcs: google },
    "_gcs-2026_": { gcs: { ...google, prefix: "2026" } },
    "_gcs-wrong_": { gcs: { ...google, bucket: "other", key: gcs.wrongKeyFile } },
    "_gcs-none_": { gcs: { ...google, bucket: "nowhere" } },
    "_gcs-open_": { gcs: { endpoint: gcs.endpoint, bucket: gcs.bucket, prefix: "open" } },
  };
  const origins = { allowPrivate: true, rememberMissing: 1 };
  return {
    projects: {
      demo: { apiKey: KEY, hosts: ["127.0.0.1"], origins, aliases, cache: { revalidate: 1 } },
      // The same buckets, and nobody who wrote down that they may be private.
      strict: { apiKey: "client_fedcba9876543210", aliases, hosts: ["strict.example"] },
    },
    log: "trace",
  };
};

beforeAll(async () => {
  [s3, azurite, gcs] = await Promise.all([startS3(), startAzurite(), startGcs()]);
  freshet = await startFreshet({ config: config() });
});
afterAll(async () => {
  await freshet?.stop();
  await Promise.all([s3?.stop(), azurite?.stop(), gcs?.stop()]);
});

const paint = ({ red: r, green: g, blue: b }: Shade) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();

async function get(path: string) {
  const url = `${freshet.url}/v7/${path.split("/").map(encodeURIComponent).join("/")}`;
  const answer = await fetch(`${url}?w=32`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, code: answer.headers.get("freshet-error"), bytes, headers: answer.headers };
}

async function shows(path: string, shade: Shade): Promise<boolean> {
  const { status, bytes } = await get(path);
  return status === 200 && isShade(await shadeOf(bytes), shade);
}

async function invalidate(path: string): Promise<void> {
  const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
  const { invalidation } = await client.invalidate({ scope: "original", urls: [path] });
  expect((await client.waitUntilDone(invalidation.uuid, { timeoutMs: 30_000 })).status).toBe("DONE");
}

async function fetches(outcome: string): Promise<number> {
  const text = await (await fetch(`${freshet.url}/metrics`)).text();
  return Number(
    new RegExp(`freshet_origin_fetches_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
  );
}

describe.each(STORES)("originals in a bucket of $name", (store) => {
  it("are delivered, whatever letters their keys have", async () => {
    await store.put(ODD, await paint(RED));
    expect(await shows(`${store.alias}/${ODD}`, RED)).toBe(true);
  });

  it("are missing where there is no object, and broken where there is no bucket", async () => {
    expect(await get(`${store.alias}/none.png`)).toMatchObject({ status: 404, code: "ORIGINAL_MISSING" });
    expect(await get(`${store.elsewhere}/none.png`)).toMatchObject({ status: 502, code: "ORIGIN_BROKEN" });
    await sleep(1_100);
    await store.put("none.png", await paint(GREEN));
    expect(await shows(`${store.alias}/none.png`, GREEN)).toBe(true);
  });

  it("are not had with wrong credentials, and the log says so", async () => {
    expect(await get(`${store.wrong}/a.png`)).toMatchObject({ status: 502, code: "ORIGIN_BROKEN" });
    await expect.poll(() => freshet.logs()).toMatch(store.said);
  });

  it("are revalidated by their validators, and found changed when they are", async () => {
    const path = `${store.alias}/validated.png`;
    await store.put("validated.png", await paint(RED));
    expect(await shows(path, RED)).toBe(true);
    await sleep(1_100);
    const before = await fetches("unchanged");
    expect(await shows(path, RED)).toBe(true);
    expect(await fetches("unchanged")).toBe(before + 1);
    await store.put("validated.png", await paint(BLUE));
    await sleep(1_100);
    expect(await shows(path, BLUE)).toBe(true);
  });

  it("are fresh under every alias as soon as an invalidation of one is done", async () => {
    const key = "2026/hat.png";
    const [whole, part] = [`${store.alias}/${key}`, `${store.below}/hat.png`];
    const steps: readonly (readonly [Shade, string])[] = [
      [RED, `/${whole}`],
      [GREEN, `/${part}`],
      [BLUE, `/${store.alias}/2026/*`],
      [RED, `/${store.below}/ha*`],
    ];
    for (const [shade, named] of steps) {
      await store.put(key, await paint(shade));
      await invalidate(named);
      expect([await shows(whole, shade), await shows(part, shade)], named).toEqual([true, true]);
    }
    await store.remove(key);
    await invalidate(`/${whole}`);
    expect((await get(part)).status).toBe(404);
  });

  it("are in ranges like any other once they are here", async () => {
    const picture = await paint(GREEN);
    await store.put("range.png", picture);
    const answer = await fetch(`${freshet.url}/v7/${store.alias}/range.png?force_format=original`, {
      headers: { range: "bytes=0-7" },
    });
    expect(answer.status).toBe(206);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(picture.subarray(0, 8));
  });

  it("are not looked for outside of the place that the alias names", async () => {
    await store.put("secret.png", await paint(RED));
    for (const path of ["../secret.png", "%2e%2e/secret.png", "..%2fsecret.png", "x/..%2f..%2fsecret.png"]) {
      const answer = await rawGet(`/v7/${store.below}/${path}`);
      expect(answer, path).toMatch(/^(403|404) /);
    }
  });
});

describe("buckets", () => {
  it("at private addresses are read only where the project says that they may be", async () => {
    for (const { alias } of STORES) {
      expect(await rawGet(`/v7/${alias}/validated.png`, "strict.example")).toBe("403 ORIGINAL_NOT_ALLOWED");
    }
  });

  it("of others are not open to URLs of visitors, though their endpoint is written down", async () => {
    expect(await rawGet(`/v7/${gcs.endpoint}/${gcs.bucket}/validated.png`)).toBe("403 ORIGINAL_NOT_ALLOWED");
  });

  it("are read without credentials where there are none, and a refusal is no missing object", async () => {
    expect(await get("_gcs-open_/a.png")).toMatchObject({ status: 502, code: "ORIGIN_BROKEN" });
  });

  it("of Google share a token until it ends, and get another one when it was revoked", async () => {
    const before = gcs.tokens;
    await Promise.all(["t1", "t2", "t3"].map((name) => get(`_gcs_/${name}.png`)));
    expect(gcs.tokens).toBe(before);
    gcs.put("t4.png", await paint(RED));
    gcs.revoke();
    expect((await get("_gcs_/t4.png")).status).toBe(502);
    await expect.poll(() => shows("_gcs_/t4.png", RED), { timeout: 10_000, interval: 500 }).toBe(true);
    expect(gcs.tokens).toBe(before + 1);
  });

  it("that are away make answers fail at once after a while, and come back by themselves", async () => {
    await s3.down();
    let asked = 0;
    const next = () => get(`_s3_/away-${asked++}.png`);
    expect((await next()).code).toBe("ORIGIN_BROKEN");
    await expect.poll(async () => (await next()).code, { timeout: 20_000 }).toBe("ORIGIN_DOWN");
    const metric = async () => (await fetch(`${freshet.url}/metrics`)).text();
    const line = `freshet_origin_resting{project="demo",origin="${s3.settings.endpoint}"} 1`;
    expect(await metric()).toContain(line);
    const resting = await next();
    expect(resting.status).toBe(502);
    if (resting.code === "ORIGIN_DOWN") expect(resting.headers.get("retry-after")).toMatch(/^\d+$/);
    await s3.up();
    await changeObject(s3, "back.png", await paint(GREEN));
    await expect.poll(() => shows("_s3_/back.png", GREEN), { timeout: 30_000, interval: 500 }).toBe(true);
    expect(await metric()).not.toContain("freshet_origin_resting{");
  });

  it("keep their secrets: none in logs, metrics, answers or the data folder", async () => {
    const secrets = [
      ...[
        s3.settings.secretAccessKey,
        azurite.accountKey,
        azurite.sas,
        WRONG,
        Buffer.from(WRONG).toString("base64"),
      ],
      ...[
        new URLSearchParams(azurite.sas).get("sig") ?? "",
        encodeURIComponent(azurite.accountKey),
        ...gcs.secrets(),
      ],
    ];
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    const texts = [
      freshet.logs(),
      await (await fetch(`${freshet.url}/metrics`)).text(),
      JSON.stringify([...(await get("_az-wrong_/b.png")).headers]),
      await (await fetch(`${freshet.url}/invalidate`, { headers: { "x-client-key": KEY } })).text(),
      ...(await filesOf(freshet.dataFolder)),
    ];
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) {
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    }
  });

  it("that are written down wrongly are told so at the start, without their secrets", async () => {
    const secret = "this must not be shown to anybody";
    const wrong = {
      _a_: { s3: { bucket: "media", region: "r", accessKeyId: "id" } },
      _b_: { gcs: { bucket: "media", key: secret } },
      _c_: { azure: { account: "acct", container: "photos", accountKey: secret } },
      _d_: { azure: { account: "acct", container: "photos", sas: "sv=1&sig=2", accountKey: "a2V5" } },
      _e_: { url: "https://h.example", user: "u", pasword: secret },
      _f_: { s3: { bucket: "media", region: "r", endpoint: "http://user:secret@h.example" } },
    };
    const started = startFreshet({ config: { projects: { demo: { apiKey: KEY, aliases: wrong } } } });
    const said = await started.then(
      (each) => each.stop().then(() => "started"),
      (error) => String(error),
    );
    for (const alias of ["_c_", "_e_", "_f_"]) expect(said).toContain(`projects.demo.aliases.${alias}`);
    expect(said).not.toContain(secret);
  });
});

/** Status and code of a request whose path is sent as it is written. */
async function rawGet(path: string, host = "demo.example"): Promise<string> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    request({ port: freshet.port, host: "127.0.0.1", path, headers: { host } }, (answer) => {
      answer.resume();
      resolve(`${answer.statusCode} ${answer.headers["freshet-error"] ?? ""}`);
    })
      .on("error", reject)
      .end();
  });
}

/** Every file below a folder, as Latin-1 so that nothing is lost. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")));
}
