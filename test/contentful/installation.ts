import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvalidationClient, type InvalidationClient } from "@freshet/core";
import { ask } from "../support/ask.ts";
import { runConnector } from "../support/connector.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { type Shade, shadeOf } from "../support/origin.ts";
import { startVarnish, type Varnish } from "../support/varnish.ts";
import { type FakeContentful, startFakeContentful } from "./cma.ts";
import { type Clients, installClients, type ManagementClient } from "./toolkit.ts";

const TOKEN = "a-token-of-the-resolver";
const APP = "app4freshet";
const APP_SECRET = randomBytes(32).toString("hex");
export const ADMIN = "user-admin";
const MEMBER = "user-member";
const KEYS: Readonly<Record<string, string>> = {
  one: "client_0123456789abcde1",
  two: "client_0123456789abcde2",
};

/** A line of the event log, as the API gives it. */
export interface EventLine {
  readonly event: string;
  readonly topic: string;
  readonly came_by: string;
  readonly state: string;
  readonly reason: string;
  readonly invalidations: readonly string[];
}

/** The built Contentful connector as a process of its own. */
export interface ContentfulConnector {
  readonly url: string;
  readonly port: number;
  logs(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What a visitor got. */
export interface View {
  readonly status: number;
  /** The colour in the middle of the picture. */
  readonly shade: Shade;
  /** The node answered from its cache. */
  readonly isHit: boolean;
  readonly code: string | null;
}

/** A call of the app's pages, signed by Contentful's own toolkit. */
export type Call = (
  route: string,
  body?: object,
  as?: { readonly user?: string; readonly space?: string; readonly environment?: string },
) => Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;

/** Everything that the owner of two spaces runs: each space with a project of its own, one connector, one node in front. */
export interface Installation {
  readonly varnish: Varnish;
  readonly freshet: Freshet;
  readonly connector: ContentfulConnector;
  readonly spaces: Readonly<Record<"one" | "two", FakeContentful>>;
  readonly clients: Clients;
  readonly journals: Readonly<Record<"one" | "two", Pick<InvalidationClient, "list">>>;
  readonly call: Call;
  /** Asks the server about the connector with a project's key: "GET status" of `/connectors/contentful`. */
  askServer<Body>(
    project: "one" | "two",
    route: string,
  ): Promise<{ readonly status: number; readonly body: Body }>;
  /** An editor's client of the management API. */
  editor(space: FakeContentful): ManagementClient;
  /** Asks the node for a picture of a project, as a browser that takes this format does. */
  see(project: "one" | "two", original: string, query?: string, accept?: string): Promise<View>;
  stop(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  await using started = new AsyncDisposableStack();
  const clients = await installClients();
  const folder = await mkdtemp(join(tmpdir(), "freshet-contentful-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const startSpace = async (space: string, environment: string) => {
    const { toolkit } = clients;
    const fake = await startFakeContentful({ space, app: APP, publicKey, toolkit, environment });
    started.defer(fake.close);
    fake.members.set(ADMIN, true).set(MEMBER, false);
    return fake;
  };
  const spaces = {
    one: await startSpace("space1", "master-2026-11"),
    two: await startSpace("space2", "master"),
  };
  const [serverPort, connectorPort] = [await freePort(), await freePort()];
  const varnish = await startVarnish({ backendPort: serverPort });
  started.defer(varnish.stop);

  // One management API for all spaces of an app: a door in front of the two.
  const door = await startDoor([spaces.one, spaces.two]);
  started.defer(door.close);

  const config = join(folder, "freshet.config.json");
  await writeFile(join(folder, "app.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(join(folder, "app.secret"), `${APP_SECRET}\n`);
  await writeFile(join(folder, "resolver.token"), `${TOKEN}\n`);
  const project = (name: "one" | "two", { space, host: files }: FakeContentful) => ({
    apiKey: KEYS[name],
    hosts: [`${name}.localhost`],
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
    aliases: {
      [`ctf:${space}`]: {
        contentful: {
          connector: `http://127.0.0.1:${connectorPort}`,
          tokenFile: "resolver.token",
          hosts: [files],
        },
      },
    },
  });
  const settings = {
    projects: { one: project("one", spaces.one), two: project("two", spaces.two) },
    cdn: [{ driver: "varnish", nodes: [varnish.url] }],
    connectors: {
      addresses: [`127.0.0.1:${connectorPort}`],
      contentful: {
        app: APP,
        secretFile: "app.secret",
        privateKeyFile: "app.pem",
        managementUrl: door.url,
        resolverTokenFile: "resolver.token",
        endpoint: varnish.url,
        assetOrigins: [spaces.one.url, spaces.two.url],
        frameAncestors: ["http://127.0.0.1:4000"],
        pageSize: 2,
        spaces: [
          { space: spaces.one.space, project: "one" },
          { space: spaces.two.space, project: "two" },
        ],
      },
    },
  };
  await writeFile(config, JSON.stringify(settings));
  const freshet = await startFreshet({ port: serverPort, env: { FRESHET_CONFIG: config } });
  started.defer(freshet.stop);
  const connector = await startConnector({
    config,
    dataFolder: freshet.dataFolder,
    serverPort,
    port: connectorPort,
  });
  started.defer(connector.stop);
  for (const fake of Object.values(spaces)) {
    fake.events.subscriptions.push({
      url: `${connector.url}/contentful/events`,
      secret: APP_SECRET,
      topics: [/^Asset\./, /^Entry\./, /^AppInstallation\./, /^EnvironmentAlias\./],
    });
  }

  const call: Call = async (route, body, as = {}) => {
    const [method = "GET", name = ""] = route.split(" ");
    const path = `/contentful/api/${name}`;
    const text = body === undefined ? "" : JSON.stringify(body);
    const context = {
      spaceId: as.space ?? spaces.one.space,
      envId: as.environment ?? "master",
      userId: as.user ?? ADMIN,
      appId: APP,
    };
    const headers = clients.toolkit.signRequest(
      APP_SECRET,
      { method, path, headers: { "content-type": "application/json" }, ...(text !== "" && { body: text }) },
      undefined,
      context,
    );
    const response = await fetch(`${connector.url}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(text !== "" && { body: text }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      body: answer === "" ? {} : (JSON.parse(answer) as Record<string, unknown>),
    };
  };

  // What is published while the first comparison runs may be found by it: events begin afterwards.
  for (const { space } of Object.values(spaces)) await compared(call, space, () => connector.logs());

  const running = started.move();
  return {
    ...{ varnish, freshet, connector, spaces, clients, call },
    journals: {
      one: createInvalidationClient({ endpoint: freshet.url, apiKey: KEYS.one ?? "" }),
      two: createInvalidationClient({ endpoint: freshet.url, apiKey: KEYS.two ?? "" }),
    },
    async askServer<Body>(name: "one" | "two", route: string) {
      const [method = "GET", what = ""] = route.split(" ");
      const response = await fetch(`${freshet.url}/connectors/contentful/${what}`, {
        method,
        headers: { "x-client-key": KEYS[name] ?? "" },
      });
      return { status: response.status, body: (await response.json()) as Body };
    },
    editor: ({ host: at }) =>
      clients.createManagementClient({ accessToken: "editors-token", host: at, insecure: true }),
    async see(name, original, query = "w=200", accept = "*/*") {
      const path = `/v7/${original}${query === "" ? "" : `?${query}`}`;
      const port = Number(new URL(varnish.url).port);
      const { status, headers, bytes } = await ask({ port }, `${name}.localhost`, path, { accept });
      return {
        status,
        shade: await shadeOf(bytes),
        isHit: /(^|, )varnish; hit(;|$)/.test(headers.get("cache-status") ?? ""),
        code: headers.get("freshet-error"),
      };
    },
    stop: () => running.disposeAsync(),
  };
}

async function compared(call: Call, space: string, logs: () => string): Promise<void> {
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { body } = await call("GET backfill", undefined, { space });
    if ((body.comparison as { readonly state: string } | null)?.state === "done") return;
    if (Date.now() > end) throw new Error(`${JSON.stringify(body)} ${logs()}`);
  }
}

async function startConnector(options: {
  readonly config: string;
  readonly dataFolder: string;
  readonly serverPort: number;
  readonly port: number;
}): Promise<ContentfulConnector> {
  const start = () => runConnector("contentful", options);
  let program = await start();
  return {
    url: `http://127.0.0.1:${options.port}`,
    port: options.port,
    logs: () => program.logs(),
    stop: () => program.end("SIGTERM"),
    async start() {
      program = await start();
    },
  };
}

/** Hands each request on to the space that it is about. */
async function startDoor(
  spaces: readonly FakeContentful[],
): Promise<{ url: string; close(): Promise<void> }> {
  const { createServer } = await import("node:http");
  const server = createServer(async (request, response) => {
    const space = spaces.find(({ space }) => request.url?.startsWith(`/spaces/${space}/`));
    if (!space) {
      response.writeHead(404).end("{}");
      return;
    }
    const { authorization = "" } = request.headers;
    const answer = await fetch(`${space.url}${request.url}`, {
      method: request.method ?? "GET",
      headers: { authorization },
    });
    const headers = Object.fromEntries(
      [...answer.headers].filter(
        ([name]) => !/^(connection|transfer-encoding|content-length|keep-alive)$/.test(name),
      ),
    );
    response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
