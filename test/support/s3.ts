import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPart } from "./part.ts";

/** An S3 server on loopback with one bucket, which it keeps in files. */
export interface S3Server {
  /** What `sharedCache` of a configuration says to use it. */
  readonly settings: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Path of the bytes of each object, by key. */
  objects(): Promise<ReadonlyMap<string, string>>;
  /** Methods of the requests it was sent, in order. */
  readonly requests: string[];
  /** Milliseconds that every request is held back. */
  delayMs: number;
  /** Stops listening, as a store that is down does; the bucket stays. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
interface Part {
  configureBuckets(): Promise<unknown>;
  callback(): Handler;
}
interface Accounts {
  readonly DUMMY_ACCOUNT: { createKeyPair(id: string, secret: string): void };
}

const BUCKET = "pictures";
const ACCESS_KEY = { accessKeyId: "journeys", secretAccessKey: "hidden/from+everyone0123456789" };
const BYTES = "._S3rver_object";

/** Starts it with an empty bucket. It checks requests by their signature in parts only; the client's own tests do it whole. */
export async function startS3(): Promise<S3Server> {
  const part = await installPart(join(import.meta.dirname, "../parts/s3rver"));
  const directory = await mkdtemp(join(tmpdir(), "freshet-s3-"));
  const accounts = part.require("s3rver/lib/models/account") as Accounts;
  accounts.DUMMY_ACCOUNT.createKeyPair(ACCESS_KEY.accessKeyId, ACCESS_KEY.secretAccessKey);
  const Program = part.require("s3rver") as new (options: object) => Part;
  const program = new Program({ silent: true, directory, configureBuckets: [{ name: BUCKET }] });
  await program.configureBuckets();
  const handle = program.callback();
  let listening: Server | undefined;
  let port = 0;

  const s3: S3Server = {
    get settings() {
      return { endpoint: `http://127.0.0.1:${port}`, bucket: BUCKET, ...ACCESS_KEY };
    },
    requests: [],
    delayMs: 0,
    async objects() {
      const root = join(directory, BUCKET);
      const files = await readdir(root, { recursive: true });
      const found = files.filter((file) => file.endsWith(BYTES));
      return new Map(found.map((file) => [file.slice(0, -BYTES.length), join(root, file)]));
    },
    async up() {
      const server = createServer(async (request, response) => {
        s3.requests.push(request.method ?? "");
        if (s3.delayMs > 0) await sleep(s3.delayMs);
        handle(request, response);
      });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
      ({ port } = server.address() as AddressInfo);
      listening = server;
    },
    async down() {
      const server = listening;
      listening = undefined;
      if (!server) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    async stop() {
      await s3.down();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await s3.up();
  return s3;
}
