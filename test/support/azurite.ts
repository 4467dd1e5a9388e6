import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./freshet.ts";
import { installPart } from "./part.ts";

const ACCOUNT = "journeys";
const CONTAINER = "photos";
const KEY = Buffer.from("a key that nobody may ever see!!").toString("base64");
const VERSION = "2020-08-04";
const READY_MS = 60_000;

/** Azurite's blob service on loopback, with one account and one container. */
export interface Azurite {
  /** `azure` of an alias, credentials aside. */
  readonly place: { readonly account: string; readonly container: string; readonly endpoint: string };
  readonly accountKey: string;
  /** A shared access signature that may read. */
  readonly sas: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startAzurite(): Promise<Azurite> {
  const part = await installPart(join(import.meta.dirname, "../parts/azurite"));
  const location = await mkdtemp(join(tmpdir(), "freshet-azurite-"));
  const port = await freePort();
  const main = part.require.resolve("azurite/dist/src/blob/main.js");
  const address = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--location", location];
  const child = spawn(
    process.execPath,
    [main, ...address, "--silent", "--disableTelemetry", "--skipApiVersionCheck"],
    {
      env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` },
      stdio: "ignore",
    },
  );
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;

  /** Signs by the description of Shared Key, not by the code that is tested. */
  async function call(
    method: string,
    path: string,
    more: { query?: string; body?: Uint8Array; blob?: boolean } = {},
  ) {
    const { query = "", body, blob = false } = more;
    const own = {
      ...(blob && { "x-ms-blob-type": "BlockBlob" }),
      "x-ms-date": new Date().toUTCString(),
      "x-ms-version": VERSION,
    };
    const url = `${endpoint}/${path}`;
    const headers = Object.entries(own).map(([name, value]) => `${name}:${value}\n`);
    const resource = `/${ACCOUNT}${new URL(url).pathname}${query === "" ? "" : `\n${query.replace("=", ":")}`}`;
    const length = body && body.length > 0 ? String(body.length) : "";
    const type = blob ? "image/png" : "";
    const text = `${method}\n\n\n${length}\n\n${type}\n\n\n\n\n\n\n${headers.join("")}${resource}`;
    const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64");
    const answer = await fetch(query === "" ? url : `${url}?${query}`, {
      method,
      headers: {
        ...own,
        ...(blob && { "content-type": type }),
        authorization: `SharedKey ${ACCOUNT}:${signature}`,
      },
      ...(body && { body: Buffer.from(body) }),
    });
    if (!answer.ok)
      throw new Error(`Azurite answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  const pathOf = (key: string) => `${CONTAINER}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const azurite: Azurite = {
    place: { account: ACCOUNT, container: CONTAINER, endpoint },
    accountKey: KEY,
    sas: sharedAccess(),
    put: (key, body) => call("PUT", pathOf(key), { body, blob: true }),
    remove: (key) => call("DELETE", pathOf(key)),
    async stop() {
      process.removeListener("exit", killWithUs);
      const ended = once(child, "close");
      if (child.exitCode === null) child.kill("SIGTERM");
      await Promise.race([ended, sleep(5_000).then(() => child.kill("SIGKILL"))]);
      await rm(location, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (const end = Date.now() + READY_MS; ; await sleep(200)) {
    try {
      await call("PUT", CONTAINER, { query: "restype=container" });
      return azurite;
    } catch (error) {
      if (child.exitCode === null && Date.now() < end) continue;
      await azurite.stop();
      throw error;
    }
  }
}

/** An account's shared access signature for reading objects of the blob service, for a day. */
function sharedAccess(): string {
  const expires = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, "");
  const text = [ACCOUNT, "r", "b", "o", "", expires, "", "", VERSION, ""].join("\n");
  const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64");
  const fields = { sv: VERSION, ss: "b", srt: "o", sp: "r", se: expires, sig: signature };
  return new URLSearchParams(fields).toString();
}
