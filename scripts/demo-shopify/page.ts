import type { IncomingMessage, ServerResponse } from "node:http";
import { type Changes, SUBJECTS, type Subject } from "./changes.ts";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
  "x-content-type-options": "nosniff",
};

/**
 * The demo's own page at `/`, the state it shows at `/demo/state`, and `POST /demo/replace/product` and `/file` behind its buttons:
 * 202 while it is under way, 409 where the one before still is, 403 for another site's page. Answers whether it was one of them.
 */
export function answerDemo(
  changes: Changes | undefined,
  links: Readonly<Record<"shop" | "admin", string>>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { method, url = "/", headers } = request;
  const say = (status: number, type: string, text: string) => {
    response.writeHead(status, { ...HEADERS, "content-type": `${type}; charset=utf-8` }).end(text);
    return true;
  };
  const [path = ""] = url.split("?");
  const subject = SUBJECTS.find((each) => path === `/demo/replace/${each}`);
  const isOwn = path === "/" || path === "/demo/state" || subject !== undefined;
  if (!isOwn) return false;
  if (changes === undefined) return say(503, "text/plain", "The demo is starting.");
  if (path === "/") return say(200, "text/html", pageOf(changes, links));
  if (subject === undefined)
    return say(200, "application/json", JSON.stringify({ ...changes.subjects, lines: changes.lines }));
  if (method !== "POST") return say(405, "text/plain", "POST replaces it.");
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`)
    return say(403, "text/plain", "This page is another's.");
  if (changes.subjects[subject].isUnderWay) return say(409, "text/plain", "It is being replaced.");
  void changes.replace(subject);
  return say(202, "text/plain", "It is being replaced.");
}

const WORDS: Readonly<Record<Subject, { readonly title: string; readonly note: string }>> = {
  product: { title: "A product's picture", note: "Shopify tells the app of it by a webhook." },
  file: { title: "A file of the shop", note: "No webhook tells of it: the app asks for files and finds it." },
};

const pageOf = ({ subjects }: Changes, links: Readonly<Record<"shop" | "admin", string>>) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Freshet and a shop</title><link rel="icon" href="data:,">
<style>
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: #1c2b33; background: #f7f9fa; }
h1 { margin: 0 0 .25rem; } h2 { margin: .75rem 0 0; font-size: 1.1rem; } p { margin: .25rem 0; }
a { color: #0b6bcb; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.5rem; margin: 1.5rem 0; }
section { background: #fff; border: 1px solid #dde4e8; border-radius: .75rem; padding: 1rem; }
section img { display: block; width: 100%; aspect-ratio: 3 / 2; object-fit: contain; background: #eef2f4; border-radius: .5rem; }
code { font-size: .8rem; overflow-wrap: anywhere; color: #55666f; }
button { margin-top: .75rem; padding: .5rem 1rem; font: inherit; color: #fff; background: #0b6bcb; border: 0; border-radius: .5rem; cursor: pointer; }
button:disabled { background: #8aa5b8; cursor: default; }
#log { min-height: 8rem; max-height: 24rem; overflow: auto; margin: 0; padding: 1rem; background: #14212b; color: #d7e3ea; border-radius: .75rem; font-size: .8rem; white-space: pre-wrap; }
</style>
</head>
<body>
<h1>Freshet and a shop</h1>
<p><a href="${links.shop}">The shop</a> · <a href="${links.admin}">the app in the shop's admin</a></p>
<p>Below are two pictures under addresses that never change. Replace one in the shop, and see when it is new under the same address.</p>
<div class="two">
${SUBJECTS.map((each) => cardOf(each, subjects[each].name, subjects[each].address)).join("\n")}
</div>
<pre id="log" aria-live="polite">Nothing was replaced yet.</pre>
<script>
const log = document.getElementById("log");
const shown = {};
/** Past the browser's own cache, which keeps it for a minute. */
async function load(image) {
  const { address } = image.dataset;
  const before = image.src;
  try {
    image.src = URL.createObjectURL(await (await fetch(address, { cache: "reload" })).blob());
  } catch {
    // While the app is switched off it leads to Shopify, whose pictures no script may read.
    image.src = address;
  }
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}
async function look() {
  try {
    const state = await (await fetch("/demo/state")).json();
    const text = state.lines.join("\\n");
    if (text !== "" && text !== log.textContent) {
      log.textContent = text;
      log.scrollTop = log.scrollHeight;
    }
    for (const section of document.querySelectorAll("section")) {
      const { done, isUnderWay } = state[section.id];
      section.querySelector("button").disabled = isUnderWay;
      if (shown[section.id] === done) continue;
      shown[section.id] = done;
      await load(section.querySelector("img"));
    }
  } catch {
    log.textContent = "The demo has ended.";
  }
  setTimeout(look, 400);
}
for (const button of document.querySelectorAll("button"))
  button.onclick = async () => {
    button.disabled = true;
    await fetch("/demo/replace/" + button.closest("section").id, { method: "POST" });
  };
look();
</script>
</body>
</html>`;

const cardOf = (id: Subject, name: string, address: string) => `<section id="${id}">
<img alt="" data-address="${address}"><h2>${WORDS[id].title}: ${name}</h2><p>${WORDS[id].note}</p>
<code>${address}</code><br><button>Replace ${name}</button>
</section>`;
