import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { installPart, type Part } from "../support/part.ts";
import { startTlsFront } from "../support/tls-front.ts";

const run = promisify(execFile);
const APP = join(import.meta.dirname, "../../apps/contentful");
const BUNDLE = join(APP, "pages/dist");
const TOKEN = "CFPAT-token-of-a-person";

/** As much of the management API as Contentful's own tool needs to upload a bundle and to make it the app's. */
async function startOrganization() {
  const definition: Record<string, unknown> = {
    sys: {
      type: "AppDefinition",
      id: "app1",
      organization: { sys: { type: "Link", linkType: "Organization", id: "org1" } },
    },
    name: "Freshet",
    src: "https://images.example/contentful/app/",
    locations: [{ location: "app-config" }],
  };
  const heard: { zip: Buffer; bundle: Readonly<Record<string, unknown>>; requests: string[] } = {
    ...{ zip: Buffer.alloc(0), bundle: {}, requests: [] },
  };
  const answer = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks);
    const path = (request.url ?? "").replace(/\?.*/, "");
    heard.requests.push(`${request.method} ${path}`);
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return [401, { sys: { id: "AccessTokenInvalid" } }];
    switch (`${request.method} ${path}`) {
      case "GET /organizations": {
        const items = [{ sys: { type: "Organization", id: "org1" }, name: "Ours" }];
        return [200, { sys: { type: "Array" }, total: 1, skip: 0, limit: 100, items }];
      }
      case "GET /organizations/org1/app_definitions/app1":
        return [200, definition];
      case "POST /organizations/org1/app_uploads":
        heard.zip = body;
        return [201, { sys: { type: "AppUpload", id: "upload1" } }];
      case "POST /organizations/org1/app_definitions/app1/app_bundles": {
        heard.bundle = JSON.parse(body.toString()) as Record<string, unknown>;
        const files = [{ name: "index.html", size: 1, md5: "x" }];
        return [201, { sys: { type: "AppBundle", id: "bundle1" }, files, comment: heard.bundle.comment }];
      }
      case "PUT /organizations/org1/app_definitions/app1":
        for (const key of Object.keys(definition)) if (key !== "sys") delete definition[key];
        Object.assign(definition, JSON.parse(body.toString()));
        return [200, definition];
      default:
        return [404, { sys: { type: "Error", id: "NotFound" } }];
    }
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { "content-type": "application/vnd.contentful.management.v1+json" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ definition, heard },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

let part: Part;
beforeAll(async () => {
  part = await installPart(join(import.meta.dirname, "../parts/contentful-pages"));
}, 300_000);

test("Contentful's own tool uploads the built pages and makes them the app's", async () => {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "freshet-upload-"));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const organization = await startOrganization();
  started.defer(organization.close);
  const front = await startTlsFront({ localhost: { forward: organization.url } });
  started.defer(front.close);
  const trusted = join(folder, "ca.pem");
  await writeFile(trusted, front.certificate);

  const tool = part.require.resolve("@contentful/app-scripts/lib/bin.js");
  const ids = ["--organization-id", "org1", "--definition-id", "app1", "--token", TOKEN];
  const { stdout } = await run(
    process.execPath,
    [
      tool,
      "upload",
      "--ci",
      "--bundle-dir",
      relative(APP, BUNDLE),
      ...ids,
      "--host",
      `localhost:${front.port}`,
    ],
    {
      cwd: APP,
      env: { ...process.env, DISABLE_ANALYTICS: "true", NODE_EXTRA_CA_CERTS: trusted, HOME: folder },
      timeout: 60_000,
    },
  ).catch(({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => {
    throw new Error(`${stdout}\n${stderr}`);
  });
  expect(stdout).toContain("Created a new app bundle for Freshet in Ours");
  expect(stdout).not.toMatch(/Warning|error/i);
  const { heard, definition } = organization;
  expect(heard.bundle).toMatchObject({ upload: { sys: { id: "upload1" } } });
  // No function: an app without them can be installed under every plan.
  expect(heard.bundle.functions).toBeUndefined();
  expect(definition).toMatchObject({
    bundle: { sys: { id: "bundle1" } },
    locations: [{ location: "app-config" }],
  });
  expect(definition.src).toBeUndefined();

  const Zip = part.require("adm-zip") as new (
    bytes: Buffer,
  ) => {
    getEntries(): readonly { readonly entryName: string; readonly isDirectory: boolean; getData(): Buffer }[];
  };
  const packed = new Zip(heard.zip).getEntries().filter(({ isDirectory }) => !isDirectory);
  const names = (await readdir(BUNDLE, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile())
    .map((each) => relative(BUNDLE, join(each.parentPath, each.name)));
  expect(packed.map(({ entryName }) => entryName).toSorted()).toEqual(names.toSorted());
  for (const entry of packed)
    expect(entry.getData().equals(await readFile(join(BUNDLE, entry.entryName))), entry.entryName).toBe(true);
  // Contentful's limits.
  expect(names.length).toBeLessThanOrEqual(500);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(BUNDLE, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_000_000);
});

test("the built page loads nothing by an absolute path or from elsewhere", async () => {
  const document = await readFile(join(BUNDLE, "index.html"), "utf8");
  const addresses = [...document.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address).toMatch(/^\.\/assets\//);
});
