import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Settings } from "./address.ts";

/** How the store behaves towards the requests that come now. */
export type Mood =
  | "well"
  /** Takes the request and never answers. */
  | "hangs"
  /** Sends the head and half the body, then nothing more. */
  | "stalls"
  /** Announces the whole body and closes after half of it. */
  | "breaks off"
  /** Announces and sends half the body. */
  | "shortens"
  /** Changes one byte. */
  | "flips"
  /** Closes the connection without an answer. */
  | "hangs up"
  | { readonly delayMs: number }
  | { readonly status: number; readonly code?: string };

/** An S3 server on loopback that checks every signature by code of its own, and can be hostile. */
export interface S3Double {
  readonly settings: S3Settings;
  /** By decoded path behind the bucket. */
  readonly objects: Map<
    string,
    { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> }
  >;
  /** "GET key" in order of arrival. */
  readonly requests: string[];
  mood: Mood | ((method: string, key: string) => Mood);
  close(): Promise<void>;
}

const BUCKET = "pictures";

export async function startS3Double(): Promise<S3Double> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings: S3Settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-1",
    bucket: BUCKET,
    addressing: "path",
    accessKeyId: "AKIDDOUBLE",
    secretAccessKey: "double/secret+0123456789",
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const method = request.method ?? "";
    const [path = "", search = ""] = (request.url ?? "").split("?");
    const key = decodeURIComponent(path.slice(BUCKET.length + 2));
    double.requests.push(`${method} ${key}`);
    const mood = typeof double.mood === "function" ? double.mood(method, key) : double.mood;
    if (mood === "hangs") return;
    if (mood === "hangs up") return void request.socket.destroy();
    if (typeof mood === "object" && "delayMs" in mood) await sleep(mood.delayMs);
    if (typeof mood === "object" && "status" in mood) return refuse(response, mood.status, mood.code);
    const fault = signatureFault(request, path, search, body, settings);
    if (fault) return refuse(response, 403, fault);
    if (!path.startsWith(`/${BUCKET}/`)) return refuse(response, 404, "NoSuchBucket");
    if (method === "PUT") {
      const headers = Object.entries(request.headers).flatMap(([name, value]) =>
        name === "content-type" || name.startsWith("x-amz-meta-") ? [[name, String(value)]] : [],
      );
      double.objects.set(key, { bytes: body, headers: Object.fromEntries(headers) });
      response.writeHead(200).end();
    } else if (method === "DELETE") {
      double.objects.delete(key);
      response.writeHead(204).end();
    } else if (key === "") {
      response.writeHead(200).end(listing(new URLSearchParams(search)));
    } else {
      const object = double.objects.get(key);
      if (object) send(method, response, object, mood);
      else refuse(response, 404, "NoSuchKey");
    }
  }

  function send(
    method: string,
    response: ServerResponse,
    { bytes, headers }: { bytes: Buffer; headers: Readonly<Record<string, string>> },
    mood: Mood,
  ): void {
    const half = bytes.subarray(0, Math.floor(bytes.length / 2));
    const sent = mood === "shortens" ? half : Buffer.from(bytes);
    if (mood === "flips") sent[0] = (sent[0] ?? 0) ^ 1;
    response.writeHead(200, { ...headers, "content-length": sent.length, etag: '"e"' });
    if (method === "HEAD") response.end();
    else if (mood === "stalls") response.write(half);
    else if (mood === "breaks off") response.write(half, () => response.destroy());
    else response.end(sent);
  }

  function listing(query: URLSearchParams): string {
    const most = Number(query.get("max-keys"));
    const from = query.get("continuation-token") ?? "";
    const keys = [...double.objects.keys()]
      .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > from)
      .sort();
    const page = keys.slice(0, most);
    const isCut = keys.length > most;
    const entries = page.map(
      (key) =>
        `<Contents><Key>${encodeURIComponent(key).replaceAll("%20", "+")}</Key><Size>${double.objects.get(key)?.bytes.length}</Size></Contents>`,
    );
    const next = isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`;
  }

  const double: S3Double = {
    settings,
    objects: new Map(),
    requests: [],
    mood: "well",
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return double;
}

function refuse(response: ServerResponse, status: number, code = "InternalError"): void {
  response.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}

const hex = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** AWS Signature Version 4, read from its description and not from the library that makes it. */
function signatureFault(
  { method, headers }: IncomingMessage,
  path: string,
  search: string,
  body: Buffer,
  { region, accessKeyId, secretAccessKey }: S3Settings,
): string | undefined {
  const written =
    /^AWS4-HMAC-SHA256 Credential=(\S+?), ?SignedHeaders=(\S+?), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  if (!written) return "AccessDenied";
  const [, credential, names = "", signature] = written;
  const time = String(headers["x-amz-date"]);
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  if (credential !== `${accessKeyId}/${scope}`) return "InvalidAccessKeyId";
  const must = Object.keys(headers).filter((name) => name.startsWith("x-amz-") || name === "host");
  if (!must.every((name) => names.split(";").includes(name))) return "AccessDenied";
  if (headers["x-amz-content-sha256"] !== hex(body)) return "XAmzContentSHA256Mismatch";
  const canonical = [
    method,
    path,
    search.split("&").sort().join("&"),
    ...names.split(";").map((name) => `${name}:${headers[name]}`),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, hex(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return hmac(key, text).toString("hex") === signature ? undefined : "SignatureDoesNotMatch";
}
