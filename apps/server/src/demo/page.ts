interface Card {
  readonly title: string;
  readonly file: string;
  readonly query: string;
  readonly note: string;
}

const CARDS: readonly Card[] = [
  { title: "Width", file: "landscape.jpg", query: "w=480", note: "The height follows." },
  {
    title: "Crop",
    file: "portrait.jpg",
    query: "w=480&h=320&gravity=north",
    note: "Fills the box, keeps the top.",
  },
  {
    title: "Fit",
    file: "portrait.jpg",
    query: "w=480&h=320&func=fit&bg_color=dbe9f1",
    note: "All of it, padded.",
  },
  {
    title: "Focal point",
    file: "landscape.jpg",
    query: "w=320&h=320&gravity=75p,30p",
    note: "A square around one point.",
  },
  { title: "Aspect ratio", file: "landscape.jpg", query: "w=480&aspect_ratio=21:9", note: "A banner." },
  {
    title: "Cut in pixels",
    file: "landscape.jpg",
    query: "tl_px=200,200&br_px=900,700&w=480",
    note: "A part, then scaled.",
  },
  {
    title: "Flip and rotate",
    file: "portrait.jpg",
    query: "w=320&flip=h&r=90",
    note: "Mirrored, then a quarter turn.",
  },
  { title: "Transparency", file: "logo.png", query: "w=320", note: "Alpha survives in AVIF, WebP and PNG." },
  {
    title: "Format and quality",
    file: "landscape.jpg",
    query: "w=480&force_format=webp&q=40",
    note: "WebP at quality 40.",
  },
  { title: "Animation", file: "waves.gif", query: "w=240", note: "Every frame survives, as animated WebP." },
  {
    title: "A region as banner",
    file: "portrait.jpg",
    query: "tl_px=400,200&w=480&h=200&func=crop",
    note: "Cut from a corner, then cropped.",
  },
  {
    title: "Bound",
    file: "portrait.jpg",
    query: "w=480&h=200&func=bound",
    note: "The largest that fits inside, without padding.",
  },
  {
    title: "What stands out",
    file: "portrait.jpg",
    query: "w=480&h=240&gravity=auto",
    note: "Found once per original, kept for every size.",
  },
  {
    title: "Padded with itself",
    file: "portrait.jpg",
    query: "w=480&h=320&func=fit&bg_img_fit=1",
    note: "A blurred copy behind the whole picture.",
  },
  {
    title: "Two colours",
    file: "landscape.jpg",
    query: "w=480&duotone=1d2b53,ffd9a0",
    note: "Dark becomes the first, light the second.",
  },
  {
    title: "Filters and corners",
    file: "landscape.jpg",
    query: "w=480&f=saturate:40,sharp:0.8&radius=24",
    note: "Several filters in one parameter.",
  },
];

const path = (card: Card) => `/v7/_sample_/${card.file}?${card.query}`;
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const card = (each: Card) => `<figure>
<a class="frame" href="${html(path(each))}"><img src="${html(path(each))}" alt="${html(each.title)}: ${html(each.file)}" loading="lazy"></a>
<figcaption><h3>${html(each.title)}</h3><p>${html(each.note)}</p><code>${html(path(each))}</code><p class="facts" data-src="${html(path(each))}"></p></figcaption>
</figure>`;

const STYLE = `
:root{color-scheme:light dark;--ink:#14323f;--soft:#5b7682;--line:#d5e0e5;--paper:#f7fafb;--card:#fff;--accent:#0b6e99}
@media(prefers-color-scheme:dark){:root{--ink:#e6eff3;--soft:#9db4be;--line:#29414c;--paper:#0e1c22;--card:#14272f;--accent:#5cc0ea}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:48px 24px 80px}h1{font-size:2.1rem;margin:0 0 8px;letter-spacing:-.02em}
.lead{font-size:1.12rem;color:var(--soft);max-width:44rem;margin:0 0 32px}h2{margin:48px 0 12px;font-size:1.3rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:20px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden;display:flex;flex-direction:column}
.frame{height:220px;display:grid;place-items:center;background:var(--paper)}
.frame img{max-width:100%;max-height:220px;display:block}figcaption{padding:14px 16px 16px;border-top:1px solid var(--line)}
h3{margin:0;font-size:1rem}figcaption p{margin:2px 0 8px;color:var(--soft);font-size:.92rem}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;overflow:auto;white-space:pre-wrap}
ol{padding-left:1.2rem}li{margin:10px 0}.facts{margin:8px 0 0!important;color:var(--accent)!important;min-height:1.4em}`;

const SCRIPT = `for (const line of document.querySelectorAll("[data-src]")) {
  fetch(line.dataset.src, { headers: { accept: "image/avif,image/webp,*/*" } }).then(async (answer) => {
    const size = (await answer.blob()).size;
    line.textContent = answer.headers.get("content-type") + " · " + (size / 1024).toFixed(1) + " kB · " + answer.headers.get("cache-status");
  }).catch(() => {});
}`;

/** The page that shows what the built-in project can do and how its pictures are replaced. */
export function demoPage(folder: string, base: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Freshet: the demo project</title><style>${STYLE}</style></head><body><main>
<h1>Freshet delivers these pictures</h1>
<p class="lead">Each is made on demand from a file in <code>${html(folder)}</code>, in the format your browser takes. The URL says what is asked for; nothing is prepared.</p>
<div class="grid">${CARDS.map(card).join("")}</div>
<h2>Replace a picture, and every cache shows the new one</h2>
<ol><li>Overwrite a file, for example <code>landscape.jpg</code>, in <code>${html(folder)}</code>.</li>
<li>Invalidate it. The API key was printed once when Freshet started first; <code>FRESHET_API_KEY</code> sets your own.
<pre>curl -X POST ${html(base)}/invalidate -H "X-Client-Key: $FRESHET_API_KEY" -H "Content-Type: application/json" -d '{"scope":"original","urls":["/_sample_/landscape.jpg"]}'</pre></li>
<li>Reload this page past your browser's own cache (Ctrl+Shift+R; by itself a browser keeps these URLs for a minute): every size and format shows the new picture. Follow the request with
<pre>curl -H "X-Client-Key: $FRESHET_API_KEY" ${html(base)}/invalidate</pre></li></ol>
</main><script>${SCRIPT}</script></body></html>`;
}
