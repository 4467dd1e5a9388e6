import { createHash, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const BUCKET = "pictures";
const EMAIL = "freshet@journeys.iam.gserviceaccount.example";
const SCOPES = /^https:\/\/www\.googleapis\.com\/auth\/devstorage\.(read_only|read_write|full_control)$/;

/** As much of Google Cloud Storage as reading needs: tokens for service accounts and objects for tokens, both really checked. */
export interface Gcs {
  readonly endpoint: string;
  readonly bucket: string;
  /** The service account's key file, as Google hands it out. */
  readonly keyFile: string;
  /** One whose private key is not the account's. */
  readonly wrongKeyFile: string;
  /** What must never be seen: the private key's lines and every token. */
  secrets(): readonly string[];
  put(key: string, bytes: Uint8Array): void;
  remove(key: string): void;
  /** Tokens given out. */
  readonly tokens: number;
  /** Seconds that tokens from now on live. */
  tokenSeconds: number;
  /** Every token so far is worth nothing any more. */
  revoke(): void;
  stop(): Promise<void>;
}

export async function startGcs(): Promise<Gcs> {
  const account = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const objects = new Map<string, { readonly bytes: Uint8Array; readonly etag: string }>();
  const tokens = new Map<string, number>();
  const all: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenUri = `${endpoint}/token`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "POST" && request.url === "/token")
      return giveToken(String(Buffer.concat(chunks)), response);
    const [, token = ""] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const isGood = (tokens.get(token) ?? 0) > Date.now();
    if (!isGood)
      return refuse(
        response,
        token === "" ? 403 : 401,
        token === "" ? "AccessDenied" : "AuthenticationRequired",
      );
    if (request.method !== "GET") return refuse(response, 405, "MethodNotAllowed");
    const [, bucket = "", key = ""] = /^\/([^/]+)\/(.*)$/.exec((request.url ?? "").split("?")[0] ?? "") ?? [];
    if (bucket !== BUCKET) return refuse(response, 404, "NoSuchBucket");
    const object = objects.get(decodeURIComponent(key));
    if (!object) return refuse(response, 404, "NoSuchKey");
    const headers = { etag: object.etag, "content-type": "image/png" };
    if (request.headers["if-none-match"] === object.etag) response.writeHead(304, headers).end();
    else response.writeHead(200, { ...headers, "content-length": object.bytes.length }).end(object.bytes);
  }

  function giveToken(body: string, response: ServerResponse): void {
    const fault = faultOf(new URLSearchParams(body));
    response.setHeader("content-type", "application/json");
    if (fault)
      return void response
        .writeHead(400)
        .end(JSON.stringify({ error: "invalid_grant", error_description: fault }));
    const token = `ya29.${randomBytes(24).toString("base64url")}`;
    tokens.set(token, Date.now() + gcs.tokenSeconds * 1_000);
    all.push(token);
    response.end(JSON.stringify({ access_token: token, expires_in: gcs.tokenSeconds, token_type: "Bearer" }));
  }

  /** What is wrong with a request for a token (RFC 7523). */
  function faultOf(form: URLSearchParams): string | undefined {
    if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "grant_type";
    const [head = "", claims = "", signature = "", ...rest] = (form.get("assertion") ?? "").split(".");
    if (rest.length > 0) return "form";
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    const { alg, typ, kid } = read(head);
    if (alg !== "RS256" || typ !== "JWT" || kid !== "key-1") return "head";
    const signed = Buffer.from(`${head}.${claims}`);
    if (!verify("RSA-SHA256", signed, account.publicKey, Buffer.from(signature, "base64url")))
      return "signature";
    const { iss, aud, scope, iat, exp } = read(claims);
    const now = Date.now() / 1_000;
    if (iss !== EMAIL || aud !== tokenUri || !SCOPES.test(scope)) return "claims";
    return iat > now + 60 || exp < now || exp - iat > 3_600 ? "time" : undefined;
  }

  const fileOf = ({ privateKey }: typeof account) =>
    JSON.stringify({
      ...{ type: "service_account", project_id: "journeys", private_key_id: "key-1", client_email: EMAIL },
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      token_uri: tokenUri,
    });
  const linesOf = ({ privateKey }: typeof account) =>
    String(privateKey.export({ type: "pkcs8", format: "pem" }))
      .split("\n")
      .filter((line) => line.length > 40);
  const gcs: Gcs = {
    endpoint,
    bucket: BUCKET,
    keyFile: fileOf(account),
    wrongKeyFile: fileOf(stranger),
    secrets: () => [...all, ...linesOf(account).slice(1, 4), ...linesOf(stranger).slice(1, 4)],
    put(key, bytes) {
      objects.set(key, { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"` });
    },
    remove: (key) => void objects.delete(key),
    get tokens() {
      return all.length;
    },
    tokenSeconds: 3_600,
    revoke: () => tokens.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return gcs;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`);
}
