/**
 * Stands in for App Bridge, whose script only Shopify has: a session token on every request to the app itself, toasts, navigation. `admin`
 * is the origin of the page around.
 */
export const appBridgeOf = (admin: string) => `(${appBridge.toString()})(${JSON.stringify(admin)});`;

function appBridge(admin: string): void {
  if (document.scripts[0] !== document.currentScript) throw new Error("App Bridge is not the first script.");
  if (!document.querySelector('meta[name="shopify-api-key"]')?.getAttribute("content"))
    throw new Error("App Bridge was not told the client id.");
  const call = (question: object) =>
    new Promise<unknown>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      parent.postMessage(question, admin, [port2]);
    });
  const back = new URLSearchParams(location.search).get("shopify-reload");
  if (back !== null) {
    void call({ what: "token" }).then((token) => {
      const url = new URL(back);
      url.searchParams.set("id_token", String(token));
      location.replace(url);
    });
    return;
  }
  const send = window.fetch;
  window.fetch = async (input, init = {}) => {
    if (new URL(String(input), location.href).origin !== location.origin) return send(input, init);
    const withToken = async () => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${await call({ what: "token" })}`);
      return send(input, { ...init, headers });
    };
    const answer = await withToken();
    return answer.headers.has("x-shopify-retry-invalid-session-request") ? withToken() : answer;
  };
  Object.assign(window, {
    shopify: {
      toast: {
        show: (text: string, { isError = false } = {}) => void call({ what: "toast", text, isError }),
      },
      app: { extensions: () => call({ what: "extensions" }) },
    },
  });
  const tellAddress = () => void call({ what: "address", path: location.pathname + location.search });
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name].bind(history);
    history[name] = (...given) => {
      own(...given);
      tellAddress();
    };
  }
  document.addEventListener("DOMContentLoaded", () => {
    const links = [...document.querySelectorAll("s-app-nav s-link")].map((link) => ({
      href: link.getAttribute("href") ?? "",
      text: link.textContent ?? "",
    }));
    void call({ what: "navigation", links });
  });
  addEventListener("message", ({ origin, data }) => {
    if (origin !== admin || typeof data?.go !== "string") return;
    document
      .querySelector(`s-app-nav s-link[href="${data.go}"]`)
      ?.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true }));
  });
}
