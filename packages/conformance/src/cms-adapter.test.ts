import { createHmac } from "node:crypto";
import type { CmsAdapter, RawRequest } from "@freshet/core";
import { describeCmsAdapter } from "./cms-adapter.ts";

// The smallest CMS that keeps the contract: the whole body is one event, signed together with the moment.
const sign = (body: Uint8Array, at: number): RawRequest => ({
  headers: { "x-at": String(at), "x-signature": mac(body, String(at)) },
  body,
});
const mac = (body: Uint8Array, at: string) =>
  createHmac("sha256", "secret").update(`${at}.`).update(body).digest("hex");

const adapterAt = (now: () => number): CmsAdapter<undefined> => ({
  name: "smallest",
  async verify({ headers, body }) {
    const { "x-at": at, "x-signature": signature } = headers;
    if (!at || !signature) return { ok: false, reason: "signature-missing" };
    if (signature !== mac(body, at)) return { ok: false, reason: "signature-wrong" };
    if (Math.abs(now() - Number(at)) > 60_000) return { ok: false, reason: "expired" };
    return { ok: true, events: [{ id: mac(body, ""), payload: new TextDecoder().decode(body) }] };
  },
  async changes({ payload }) {
    const url = URL.parse(String(payload));
    if (url?.protocol !== "https:") throw Object.assign(new Error("No URL."), { code: "EVENT_UNREADABLE" });
    return [{ kind: "replaced", original: `${url.origin}${url.pathname}`, version: "c1" }];
  },
});

describeCmsAdapter({
  name: "smallest",
  adapter: adapterAt,
  client: undefined,
  sign,
  body: new TextEncoder().encode("https://a.example/a.jpg"),
  toleranceMs: 60_000,
  signedHeaders: ["x-at", "x-signature"],
});
