import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answers, type Daemon, startDaemon } from "../support/daemon.ts";
import { findProgram, missingPart } from "../support/find.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { replaceOnce } from "../support/replace-once.ts";
import { certificate } from "../support/tls-front.ts";
import { blockOf } from "./page.ts";

const HOST = "img.example";
const NGINX = findProgram("nginx");
const missing = missingPart("nginx", NGINX !== undefined, "apt-get install nginx");

let freshet: Freshet;
let folder: string;
let nginx: Daemon;
let port: number;
let trusted: Buffer;

/** The page's own example; what differs is where certificate, port and server are on this machine. */
async function configuration(): Promise<string> {
  let text = await blockOf("reverse-proxy-and-tls.md", "nginx", "nginx");
  text = replaceOnce(text, "listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`);
  text = replaceOnce(text, "127.0.0.1:8080", `127.0.0.1:${freshet.port}`);
  text = replaceOnce(text, "/etc/ssl/img.example.pem", join(folder, "cert.pem"));
  text = replaceOnce(text, "/etc/ssl/img.example.key", join(folder, "key.pem"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder};`,
  );
  return `${process.getuid?.() === 0 ? "user root;" : ""} daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events {} http { access_log off; ${temporary.join(" ")}
${text} }`;
}

beforeAll(async () => {
  if (missing) return;
  folder = await mkdtemp(join(tmpdir(), "freshet-proxy-"));
  await chmod(folder, 0o755);
  const identity = await certificate([HOST]);
  trusted = identity.cert;
  await writeFile(join(folder, "cert.pem"), identity.cert);
  await writeFile(join(folder, "key.pem"), identity.key);
  port = await freePort();
  freshet = await startFreshet({
    config: {
      projects: {
        demo: { apiKey: "client_0123456789abcdef", hosts: [HOST], security: { salt: "a salt of the test" } },
      },
      console: { url: `https://${HOST}`, proxies: ["127.0.0.1"] },
    },
  });
  await writeFile(join(folder, "nginx.conf"), await configuration());
  nginx = startDaemon(
    [NGINX ?? "", "-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"],
    () => {},
  );
  for (let wait = 0; wait < 400 && !(await reached("/")); wait += 1) await sleep(50);
});
afterAll(async () => {
  await nginx?.end("SIGTERM");
  await freshet?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const reached = (path: string) =>
  ask(path).then(
    () => true,
    () => false,
  );

function ask(path: string, headers: Readonly<Record<string, string>> = {}, body?: object) {
  return new Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>(
    (resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port,
        path,
        servername: HOST,
        ca: trusted,
        method: body ? "POST" : "GET",
      };
      const sent = body ? { "content-type": "application/json" } : {};
      request({ ...options, headers: { host: HOST, ...sent, ...headers } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("end", () => {
          const pairs = Object.entries(answer.headers).map(
            ([name, value]) => [name, String(value)] as [string, string],
          );
          resolve({ status: answer.statusCode ?? 0, headers: new Headers(pairs), text });
        });
      })
        .on("error", reject)
        .end(body && JSON.stringify(body));
    },
  );
}

describe.skipIf(missing)(`the page's nginx in front${missing ? ` (${missing})` : ""}`, () => {
  test("nginx takes the example as it stands", () => {
    execFileSync(NGINX ?? "", ["-t", "-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
      stdio: "pipe",
    });
  });

  test("over TLS, host and path arrive as they were written", async () => {
    // A project that delivers signed URLs only was found by its host, and says so of the path with two slashes.
    const answer = await ask("/v7/https://shop.example//a%2Fb.jpg?w=10");
    expect(answer.headers.get("freshet-error")).toBe("SIGNATURE_MISSING");
    const other = await ask("/v7/https://shop.example/a.jpg", { host: "other.example" });
    expect(other.status).not.toBe(200);
  });

  test("a browser that signs in gets the cookie of a site with TLS", async () => {
    const token = /setup#(\S+)/.exec(freshet.logs())?.[1];
    const user = { token, email: "ada@shop.example", name: "Ada", password: "a long enough password" };
    const browser = { origin: `https://${HOST}`, "freshet-csrf": "1", "sec-fetch-site": "same-origin" };
    const answer = await ask("/access/setup", browser, user);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-.*; Secure/);
  });

  test("what is for operators alone is not there for visitors", async () => {
    for (const path of ["/metrics", "/livez", "/readyz"]) expect((await ask(path)).status).toBe(404);
    expect(await answers(freshet.url)).toBe(true);
  });
});
