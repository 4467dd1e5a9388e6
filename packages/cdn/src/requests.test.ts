import { ZONES } from "@freshet/conformance/zones";
import type { CdnDriver } from "@freshet/core";
import { expect, test } from "vitest";
import { createAzureDriver } from "./azure.ts";
import { createBunnyDriver } from "./bunny.ts";
import { createCloudflareDriver } from "./cloudflare.ts";
import { createCloudimageDriver } from "./cloudimage.ts";
import { createFastlyDriver } from "./fastly.ts";
import { createGoogleDriver } from "./google.ts";
import { createKeycdnDriver } from "./keycdn.ts";

// What the makers' own clients and documents send, word for word.

const { signal } = new AbortController();
const OF = { sequence: 3, project: "shop" };
const TAGS = ["o-00000000000000aa", "t-00000000000000bb"];
const URL_ = "https://img.example.com/v7/_media_/hat.jpg?w=500";

/** Method, address and body of what `run` sends last, each as it leaves. */
async function sentBy(
  drive: (fetch: typeof globalThis.fetch) => CdnDriver,
  run: (driver: CdnDriver) => unknown,
  answer: unknown,
) {
  const sent: { method: string; url: string; headers: Record<string, string>; body: string }[] = [];
  const driver = drive(async (url, init = {}) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    sent.push({ method: init.method ?? "GET", url: String(url), headers, body: String(init.body ?? "") });
    const isToken = /token/.test(String(url));
    return Response.json(isToken ? { access_token: "access", expires_in: 3_600 } : answer);
  });
  await run(driver);
  const { method, url, headers, body } = sent.at(-1) ?? { method: "", url: "", headers: {}, body: "" };
  return { line: `${method} ${url}`, headers, body };
}

test("fastly", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createFastlyDriver({ service: "SU1", token: "key", fetch });
  const ids = Object.fromEntries(TAGS.map((tag) => [tag, "1-2"]));
  expect(await sentBy(drive, (driver) => driver.purgeTags?.({ ...OF, tags: TAGS }, signal), ids)).toEqual({
    line: "POST https://api.fastly.com/service/SU1/purge",
    headers: { "fastly-key": "key", accept: "application/json", "content-type": "application/json" },
    body: `{"surrogate_keys":["${TAGS.join('","')}"]}`,
  });
  const ok = { status: "ok", id: "1-2" };
  expect(
    await sentBy(drive, (driver) => driver.purgeUrls?.({ ...OF, urls: [URL_] }, signal), ok),
  ).toMatchObject({
    line: "POST https://api.fastly.com/purge/img.example.com/v7/_media_/hat.jpg?w=500",
    body: "",
  });
});

test("cloudflare", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createCloudflareDriver({ zone: "023e", token: "key", fetch });
  const well = { success: true, errors: [], messages: [], result: { id: "023e" } };
  expect(await sentBy(drive, (driver) => driver.purgeTags?.({ ...OF, tags: TAGS }, signal), well)).toEqual({
    line: "POST https://api.cloudflare.com/client/v4/zones/023e/purge_cache",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: `{"tags":["${TAGS.join('","')}"]}`,
  });
  const urls = await sentBy(drive, (driver) => driver.purgeUrls?.({ ...OF, urls: [URL_] }, signal), well);
  expect(urls.body).toBe(`{"files":["${URL_}"]}`);
});

test("bunny", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createBunnyDriver({ zone: "48213", accessKey: "key", fetch });
  expect(
    await sentBy(drive, (driver) => driver.purgeTags?.({ ...OF, tags: [TAGS[0] ?? ""] }, signal), {}),
  ).toEqual({
    line: "POST https://api.bunny.net/pullzone/48213/purgeCache",
    headers: { accesskey: "key", "content-type": "application/json" },
    body: `{"CacheTag":"${TAGS[0]}"}`,
  });
  const urls = await sentBy(drive, (driver) => driver.purgeUrls?.({ ...OF, urls: [URL_] }, signal), {});
  expect(urls.line).toBe(
    "POST https://api.bunny.net/purge?url=https%3A%2F%2Fimg.example.com%2Fv7%2F_media_%2Fhat.jpg%3Fw%3D500",
  );
});

test("keycdn", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createKeycdnDriver({ zone: "1042", apiKey: "key", fetch });
  const well = { status: "success" };
  expect(await sentBy(drive, (driver) => driver.purgeTags?.({ ...OF, tags: TAGS }, signal), well)).toEqual({
    line: "DELETE https://api.keycdn.com/zones/purgetag/1042.json",
    headers: { authorization: "Basic a2V5Og==", "content-type": "application/json" },
    body: `{"tags":["${TAGS.join('","')}"]}`,
  });
  const urls = await sentBy(drive, (driver) => driver.purgeUrls?.({ ...OF, urls: [URL_] }, signal), well);
  expect(urls).toMatchObject({
    line: "DELETE https://api.keycdn.com/zones/purgeurl/1042.json",
    body: '{"urls":["img.example.com/v7/_media_/hat.jpg?w=500"]}',
  });
});

test("google", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createGoogleDriver({ project: "pictures-1", urlMap: "images", fetch });
  const operation = { kind: "compute#operation", name: "operation-1" };
  expect(
    await sentBy(drive, (driver) => driver.purgeTags?.({ ...OF, tags: TAGS }, signal), operation),
  ).toEqual({
    line: "POST https://compute.googleapis.com/compute/v1/projects/pictures-1/global/urlMaps/images/invalidateCache",
    headers: { authorization: "Bearer access", "content-type": "application/json" },
    body: `{"cacheTags":["${TAGS.join('","')}"]}`,
  });
});

test("azure", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createAzureDriver({
      ...{
        subscription: "s",
        resourceGroup: "g",
        profile: "p",
        frontDoor: "e",
        domains: ["img.example.com"],
        fetch,
      },
      dedicated: true,
    });
  const urls = await sentBy(drive, (driver) => driver.purgeUrls?.({ ...OF, urls: [URL_] }, signal), {});
  expect(urls).toEqual({
    line: "POST https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Cdn/profiles/p/afdEndpoints/e/purge?api-version=2024-02-01",
    headers: { authorization: "Bearer access", "content-type": "application/json" },
    body: '{"contentPaths":["/v7/_media_/hat.jpg"],"domains":["img.example.com"]}',
  });
  const all = await sentBy(
    drive,
    (driver) => driver.purgeProject?.({ ...OF, tag: TAGS[1] ?? "" }, signal),
    {},
  );
  expect(all.body).toBe('{"contentPaths":["/*"],"domains":["img.example.com"]}');
});

test("cloudimage", async () => {
  const drive = (fetch: typeof globalThis.fetch) =>
    createCloudimageDriver({ token: "doc", key: "key", fetch });
  const receipt = { status: "success", invalidation: { status: "RECEIVED", uuid: "1" } };
  const originals = ["/sample.li/birds.jpg", "/_alias_/boat.jpg"];
  expect(
    await sentBy(drive, (driver) => driver.purgeOriginals?.({ ...OF, originals }, signal), receipt),
  ).toEqual({
    line: "POST https://api.cloudimage.com/invalidate",
    headers: { "x-client-key": "key", "content-type": "application/json" },
    body: '{"scope":"original","urls":["/sample.li/birds.jpg","/_alias_/boat.jpg"]}',
  });
});

test("what is configured is a driver of that kind, whatever its settings are called", () => {
  // The kinds of the suites are those of the registry.
  expect(Object.keys(ZONES).toSorted()).toEqual([
    ...["akamai", "azure", "bunny", "cloudflare", "cloudfront", "cloudimage", "fastly", "google", "keycdn"],
  ]);
});
