/** The document of Shopify's admin around the app: its navigation, the frame, and the answers to what the frame asks. */
export function hostPage(frame: string, shop: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>Admin</title><link rel="icon" href="data:,">
<style>
body { margin: 0; display: flex; flex-direction: column; height: 100vh; font: 14px system-ui; background: #1a1a1a; color: #e3e3e3; }
nav { display: flex; gap: 4px; padding: 8px; align-items: center; }
nav button { background: #303030; color: inherit; border: 0; border-radius: 8px; padding: 6px 10px; }
iframe { flex: 1; border: 0; background: #f1f1f1; border-radius: 12px 12px 0 0; }
#toast:not(:empty) { position: fixed; bottom: 24px; left: 50%; translate: -50%; background: #1a1a1a; padding: 10px 16px; border-radius: 8px; }
</style>
</head>
<body>
<nav id="navigation"></nav>
<iframe id="frame" title="Freshet" src="${frame.replaceAll("&", "&amp;")}"></iframe>
<div id="toast"></div>
<script>
const frame = document.getElementById("frame");
const app = new URL(frame.src).origin;
const toasts = [];
const answers = {
  token: () => fetch("/token?shop=${shop}").then((answer) => answer.text()),
  extensions: () => fetch("/extensions").then((answer) => answer.json()),
  toast: ({ text, isError }) => {
    toasts.push({ text, isError });
    document.getElementById("toast").textContent = text;
  },
  navigation: ({ links }) => {
    document.getElementById("navigation").replaceChildren(...links.map(({ href, text }) => {
      const button = document.createElement("button");
      button.textContent = text;
      button.onclick = () => frame.contentWindow.postMessage({ go: href }, app);
      return button;
    }));
  },
  address: ({ path }) => history.replaceState(null, "", path === "/" ? "/apps/freshet" : "/apps/freshet" + path),
};
addEventListener("message", async ({ origin, data, ports, source }) => {
  if (origin !== app || source !== frame.contentWindow) return;
  const answer = await answers[data.what](data);
  ports[0].postMessage(answer);
});
</script>
</body>
</html>`;
}
