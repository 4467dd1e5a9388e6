import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "./app.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalFile, LocalShop } from "./local/shop.ts";
import type { SessionClaims } from "./local/tokens.ts";
import type { Message } from "./local/webhooks.ts";
import { visit } from "./visit.ts";

const RED = { red: 200, green: 30, blue: 30 };
const BLUE = { red: 30, green: 60, blue: 200 };

let all: ShopifyInstallation;
let one: LocalShop;
let other: LocalShop;
/** The same name in both shops. */
let files: Record<"one" | "other", LocalFile>;

beforeAll(async () => {
  all = await startShopifyInstallation();
  [one, other] = [await all.shopify.shop("one-shop"), await all.shopify.shop("other-shop")];
  const bytes = await paint(RED);
  files = {
    one: one.addFile({ path: "files/hat.jpg", bytes }),
    other: other.addFile({ path: "files/hat.jpg", bytes }),
  };
  await Promise.all([install(all.app, one), install(all.app, other)]);
});
afterAll(() => all?.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${all.app.url}${path}`, { headers, redirect: "manual" });
const withToken = (shop: string, change: SessionClaims = {}) =>
  get("/api/home", { authorization: `Bearer ${all.shopify.tokens.sessionToken(shop, change)}` });
const homeOf = async (shop: LocalShop): Promise<Answer> => (await all.app.ask(shop.domain, "/api/home")).body;

/** Rows of the app's own database that name the shop, by table. */
function rowsOf(shop: LocalShop): Readonly<Record<string, number>> {
  const db = new DatabaseSync(join(all.app.dataFolder, "shopify.db"), { readOnly: true });
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table'").all() as {
      name: string;
    }[];
    return Object.fromEntries(
      tables.flatMap(({ name }) => {
        const columns = (
          db.prepare(`select name from pragma_table_info('${name}')`).all() as { name: string }[]
        ).map((each) => each.name);
        const column = ["shop", "site"].find((each) => columns.includes(each));
        if (column === undefined) return [];
        const { n } = db
          .prepare(`select count(*) as n from "${name}" where ${column} = ?`)
          .get(shop.domain) as { n: number };
        return n === 0 ? [] : [[name, n]];
      }),
    );
  } finally {
    db.close();
  }
}

describe("two shops", () => {
  test("never see each other's pictures and changes, though both have one of the same name", async () => {
    const { body: list } = await all.app.ask(one.domain, "/api/assets?state=all");
    const { body: others } = await all.app.ask(other.domain, "/api/assets?state=all");
    expect(list.assets.map((each: Answer) => each.id)).toEqual(others.assets.map((each: Answer) => each.id));
    expect(list.assets[0].url).toContain(one.folder);
    expect(others.assets[0].url).toContain(other.folder);

    const [ours, theirs] = [await newestChange(all.app, one), await newestChange(all.app, other)];
    const { id } = list.assets[0];
    expect((await all.app.ask(one.domain, `/api/assets/${id}/purge`, { method: "POST" })).status).toBe(200);
    const purged = await doneChange(all.app, one, { path: "files/hat.jpg", after: ours });
    expect(purged.kind).toBe("purged");
    expect(await newestChange(all.app, other)).toBe(theirs);

    const own = other.addFile({ path: "files/secret.jpg", bytes: await paint(BLUE) });
    await doneChange(all.app, other, { path: own.path, after: theirs });
    const { body: secret } = await all.app.ask(other.domain, "/api/assets?search=secret");
    const hidden = secret.assets[0].id;
    for (const [method, path, body] of [
      ["GET", `/api/assets/${hidden}`, undefined],
      ["POST", `/api/assets/${hidden}/purge`, undefined],
      ["GET", `/api/assets/${hidden}?shop=${other.domain}`, undefined],
    ] as const)
      expect((await all.app.ask(one.domain, path, { method, body })).body).toMatchObject({
        status: 404,
        code: "ASSET_UNKNOWN",
      });
    expect(
      (await all.app.ask(one.domain, "/api/purge", { method: "POST", body: { ids: [hidden] } })).body,
    ).toEqual({ purged: 0 });
    for (const path of [
      `/api/assets?search=secret&shop=${other.domain}`,
      `/api/assets?state=all&cursor=9999999999999.ffffffffffffffff`,
      `/api/changes?cursor=999999&shop=${other.domain}`,
    ]) {
      const { body } = await all.app.ask(one.domain, path);
      expect(JSON.stringify(body)).not.toMatch(/secret|other-shop/);
    }
    expect((await homeOf(one)).shop.domain).toBe(one.domain);
  });

  test("have a project each, which fetches from the shop's own places", async () => {
    const [a, b] = [await homeOf(one), await homeOf(other)];
    expect([a.shop.project, b.shop.project]).toEqual(["one-shop", "other-shop"]);
    const wrong = `${a.shop.endpoint}/v7/${other.url}/cdn/shop/files/hat.jpg?vh=1`;
    expect((await visit(wrong)).status).toBe(403);
    const right = await visit(
      `${a.shop.endpoint}/v7/${one.url}/cdn/shop/files/hat.jpg?vh=${files.one.version}`,
    );
    expect(right.status).toBe(200);
  });

  test("are framed by their own admin alone, each document by the one it was opened for", async () => {
    const csp = async (path: string) => (await get(path)).headers.get("content-security-policy");
    for (const shop of [one, other])
      expect(await csp(`/?${all.shopify.adminQuery(shop.domain)}`)).toMatch(
        new RegExp(`^frame-ancestors https://${shop.domain} https://admin\\.shopify\\.com;`),
      );
    const token = all.shopify.tokens.sessionToken(one.domain);
    expect(await csp(`/app/assets?shop=${one.domain}&id_token=${token}`)).toContain(one.domain);
    for (const query of [
      "",
      `shop=${one.domain}`,
      `shop=${other.domain}&id_token=${token}`,
      `shop=${one.domain}&shop=${other.domain}&id_token=${token}`,
      all.shopify.adminQuery(one.domain, { secret: "another" }),
      all.shopify.adminQuery(one.domain, { at: Date.now() - 600_000 }),
      all.shopify.adminQuery(one.domain).replace("one-shop", "other-shop"),
    ])
      expect(await csp(`/?${query}`), query).toMatch(/^frame-ancestors 'none';/);
  });

  test("a frame that is reloaded with an old token gets a new one, for that token's shop alone", async () => {
    const old = (shop: LocalShop, change: SessionClaims = {}) =>
      `shop=${one.domain}&host=h&id_token=${all.shopify.tokens.sessionToken(shop.domain, { exp: -300, ...change })}`;
    const moved = await get(`/app/images?state=all&${old(one)}`);
    expect(moved.status).toBe(302);
    const again = new URL(moved.headers.get("location") ?? "", all.app.url);
    expect(again.origin).toBe(all.app.url);
    const back = new URL(again.searchParams.get("shopify-reload") ?? "");
    expect([back.origin, back.pathname]).toEqual([all.app.url, "/app/images"]);
    expect(Object.fromEntries(back.searchParams)).toEqual({ state: "all", shop: one.domain, host: "h" });
    const page = await get(again.pathname + again.search);
    expect(page.headers.get("content-security-policy")).toContain(`frame-ancestors https://${one.domain} `);
    expect(await page.text()).not.toContain("/assets/");
    for (const path of [
      `/?${old(other)}`,
      `/?${old(one, { secret: "another" })}`,
      `/?${old(one, { exp: -100_000 })}`,
      `/again?shop=${one.domain}&shopify-reload=https://evil.example`,
      `/again?${old(other)}`,
    ])
      expect((await get(path)).headers.get("content-security-policy"), path).toMatch(
        /^frame-ancestors 'none';/,
      );
  });

  test("have documents with App Bridge as the first script, and nobody is given a cookie or a form", async () => {
    const answer = await get(`/?${all.shopify.adminQuery(one.domain)}`);
    const html = await answer.text();
    expect(html.match(/<script[^>]*>/)?.[0]).toContain("https://cdn.shopify.com/shopifycloud/app-bridge.js");
    expect(html).toContain(`<meta name="shopify-api-key" content="${all.shopify.keys.clientId}">`);
    const plain = await get("/");
    expect(plain.status).toBe(200);
    expect(await plain.text()).not.toMatch(/<form|<input/);
    for (const each of [answer, plain, await withToken(one.domain)])
      expect(each.headers.get("set-cookie")).toBeNull();
  });
});

describe("what is forged is refused", () => {
  test.each<[string, SessionClaims]>([
    ["another secret", { secret: "shpss_another" }],
    ["no signature", { algorithm: "none" }],
    ["another algorithm", { algorithm: "HS512" }],
    ["another app's", { aud: "another" }],
    ["too old", { exp: -60 }],
    ["not yet", { nbf: 3_600 }],
    ["issued by another shop", { iss: "https://other-shop.myshopify.com/admin" }],
    ["for another shop than it was issued by", { dest: "https://other-shop.myshopify.com" }],
    ["for no shop", { dest: "https://evil.example", iss: "https://evil.example/admin" }],
    [
      "for something that begins like a shop",
      {
        dest: "https://one-shop.myshopify.com.evil.example",
        iss: "https://one-shop.myshopify.com.evil.example/admin",
      },
    ],
  ])("a session token: %s", async (_name, change) => {
    const answer = await withToken(one.domain, change);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
    expect(await answer.json()).toMatchObject({ code: "SESSION_TOKEN_WRONG" });
  });

  test("no session token, or one in another place", async () => {
    const token = all.shopify.tokens.sessionToken(one.domain);
    for (const [path, headers] of [
      ["/api/home", {}],
      [`/api/home?id_token=${token}`, {}],
      ["/api/home", { cookie: `token=${token}` }],
      ["/api/home", { authorization: token }],
      ["/api/home", { authorization: `Bearer ${token}x` }],
      ["/api/home", { authorization: `Bearer ${"a".repeat(5_000)}` }],
    ] as const)
      expect((await get(path, headers)).status).toBe(401);
  });

  const body = { id: 1, admin_graphql_api_id: "gid://shopify/Product/1" };
  test.each<[string, Partial<Message>]>([
    ["signed by somebody else", { secret: "another" }],
    ["with a signature that is none", { hmac: "garbage" }],
    ["without one", { hmac: "" }],
    ["changed on its way", { body: JSON.stringify({ ...body, id: 2 }) }],
    ["with a byte that is no text", { body: '{"id":1\uFFFD}' }],
  ])("a webhook: %s", async (_name, change) => {
    for (const isEvent of [false, true])
      for (const topic of [
        "products/update",
        "customers/data_request",
        "customers/redact",
        "shop/redact",
        "app/uninstalled",
      ])
        expect(
          await all.shopify.sender.send({ shop: one.domain, topic, payload: body, isEvent, ...change }),
        ).toBe(401);
    expect((await homeOf(one)).shop.state).toBe("active");
  });

  test("a webhook that says in its body that it is about another shop than in its header", async () => {
    const payload = { id: 1, myshopify_domain: one.domain, domain: "one.example" };
    const redact = { shop_id: 1, shop_domain: one.domain };
    expect(await all.shopify.sender.send({ shop: other.domain, topic: "app/uninstalled", payload })).toBe(
      401,
    );
    expect(await all.shopify.sender.send({ shop: other.domain, topic: "shop/redact", payload: redact })).toBe(
      401,
    );
    for (const shop of ["evil.example", `${one.domain}.evil.example`, ""])
      expect(await all.shopify.sender.send({ shop, topic: "products/update", payload: body })).toBe(401);
    expect((await homeOf(other)).shop.state).toBe("active");
  });

  test("a webhook of a shop that nobody knows is taken and leads to nothing, and what is no JSON is refused", async () => {
    expect(
      await all.shopify.sender.send({
        shop: "unknown-shop.myshopify.com",
        topic: "products/update",
        payload: body,
      }),
    ).toBe(200);
    expect(
      await all.shopify.sender.send({ shop: one.domain, topic: "products/update", payload: "no json" }),
    ).toBe(401);
    expect(await all.shopify.sender.send({ shop: one.domain, topic: "orders/create", payload: body })).toBe(
      200,
    );
    expect((await get("/webhooks")).status).toBe(404);
  });

  test("an app proxy request that did not come through Shopify just now", async () => {
    const url = `${one.url}/cdn/shop/files/hat.jpg`;
    const good = all.shopify.proxyQuery(one.domain, { url });
    const answer = await get(`/proxy/versions?${good}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      enabled: true,
      versions: [{ url, vh: String(files.one.version) }],
    });
    for (const query of [
      `url=${encodeURIComponent(url)}`,
      all.shopify.proxyQuery(one.domain, { url }, { secret: "another" }),
      all.shopify.proxyQuery(one.domain, { url }, { at: Date.now() - 120_000 }),
      all.shopify.proxyQuery(one.domain, { url }, { at: Date.now() + 120_000 }),
      good.replace("one-shop", "other-shop"),
      `${good}&shop=${other.domain}`,
      `${good}&url=${encodeURIComponent(url)}`,
      `${good}&timestamp=${Math.floor(Date.now() / 1000)}`,
      good.replace(/timestamp=\d+/, `timestamp=${Math.floor(Date.now() / 1000) + 1}`),
    ])
      expect((await get(`/proxy/versions?${query}`)).status, query).toBe(401);
  });

  test("one shop's proxy says nothing of another's pictures", async () => {
    const urls = [
      `${other.url}/cdn/shop/files/hat.jpg`,
      `${all.shopify.url}${other.folder}/files/hat.jpg`,
      "nonsense",
    ];
    for (const url of urls) {
      const answer = await get(`/proxy/versions?${all.shopify.proxyQuery(one.domain, { url })}`);
      expect(await answer.json()).toMatchObject({ versions: [{ url, vh: null }] });
    }
  });

  test("no odd request is a fault of ours", async () => {
    const ask = (path: string, init?: { method?: string; body?: unknown }) =>
      all.app.ask(one.domain, path, init);
    for (const path of [
      "/api/assets?limit=0",
      "/api/assets?limit=1e9",
      "/api/assets?state=x",
      "/api/assets?cursor=x",
      "/api/changes?cursor=-1",
      "/api/assets?search=a&search=b",
    ])
      expect((await ask(path)).status, path).toBe(400);
    for (const path of ["/api/assets/x", "/api/assets/0000000000000000", `/api/assets/${"0".repeat(400)}`])
      expect((await ask(path)).status, path).toBe(404);
    for (const body of [{}, { on: "yes" }, [], { ids: [] }])
      expect((await ask("/api/switch", { method: "PUT", body })).status).toBe(400);
    for (const body of [
      { ids: "x" },
      { ids: ["x"] },
      { ids: Array.from({ length: 1_001 }, () => "0".repeat(16)) },
    ])
      expect((await ask("/api/purge", { method: "POST", body })).status).toBe(400);
    expect(
      (await ask("/api/purge", { method: "POST", body: { product: "gid://shopify/Product/1" } })).body,
    ).toEqual({ purged: 0 });
    expect((await ask("/api/purge", { method: "POST", body: { all: true } })).body).toMatchObject({
      purged: "all",
    });
    expect((await ask("/api/embed", { method: "PUT", body: { status: "on" } })).status).toBe(400);
    expect((await ask("/api/nothing")).status).toBe(404);
    for (const search of ["%25", "%ED%A0%80", "_", "%00"])
      expect((await ask(`/api/assets?search=${search}`)).body.assets, search).toEqual([]);
  });
});

describe("access to a shop", () => {
  test("is asked for as an expiring offline token, sealed in the store", async () => {
    expect(all.shopify.tokens.given.filter((each) => each === "token-exchange")).toHaveLength(2);
    const kept = readdirSync(all.app.dataFolder)
      .map((name) => readFileSync(join(all.app.dataFolder, name)).toString("latin1"))
      .join("");
    expect(kept).toContain(one.domain);
    expect(kept).not.toMatch(/shp(at|rt|ss)_/);
    expect(all.app.logs()).not.toMatch(/shp(at|rt|ss)_|eyJ/);
  });

  test("is refreshed before it ends, by one at a time, however many want it", async () => {
    const { tokens } = all.shopify;
    const before = tokens.given.length;
    // Each token is old at once, and a refresh takes its time.
    Object.assign(tokens, { lifetimeS: 200, delayMs: 150, mostAtOnce: 0 });
    tokens.revoke(one, false);
    const products = Array.from({ length: 6 }, (_, index) => one.addProduct(`P${index}`, []));
    await Promise.all(products.map((each) => all.shopify.tell(one, each)));
    await until(all.app, async () =>
      tokens.given.slice(before).filter((each) => each === "refresh_token").length >= 3 ? true : undefined,
    );
    expect(tokens.mostAtOnce).toBe(1);
    Object.assign(tokens, { lifetimeS: 3_600, delayMs: 0 });
    await until(all.app, async () => ((await homeOf(one)).health.state === "ok" ? true : undefined));
  });

  test("that is taken back is asked for again when its people open the app, and meanwhile nothing is lost", async () => {
    const since = await newestChange(all.app, one);
    all.shopify.tokens.revoke(one, true);
    one.replaceFile(files.one.gid, await paint(BLUE));
    const item = one.addProduct("Hat", [files.one.gid]);
    await all.shopify.tell(one, item);
    await until(all.app, async () => (rowsOf(one).shopify_token === undefined ? true : undefined));
    const before = all.shopify.tokens.given.length;
    await homeOf(one);
    expect(all.shopify.tokens.given.slice(before)).toContain("token-exchange");
    await doneChange(all.app, one, { path: "files/hat.jpg", after: since, to: files.one.version });
  });
});

describe("what the app may do", () => {
  test("is what Shopify says after a change of it, and what is missing is said", async () => {
    const tell = async (current: readonly string[]) => {
      one.scopes = current;
      const payload = { id: 1, previous: [], current, updated_at: new Date().toISOString() };
      expect(await all.shopify.sender.send({ shop: one.domain, topic: "app/scopes_update", payload })).toBe(
        200,
      );
    };
    await tell(["read_products"]);
    const { health } = await until(all.app, async () => {
      const home = await homeOf(one);
      return home.health.scopes.length === 1 ? home : undefined;
    });
    expect(health).toMatchObject({
      state: "attention",
      notes: [expect.stringContaining("read_files")],
    });
    await tell(["read_products", "read_files"]);
    await until(all.app, async () => ((await homeOf(one)).health.state === "ok" ? true : undefined));
  });
});

describe("the switch", () => {
  test("sends every delivery URL to Shopify and tells the theme, and back", async () => {
    const { shop } = await homeOf(one);
    const url = `${shop.endpoint}/v7/${one.url}/cdn/shop/files/hat.jpg?w=100&vh=${files.one.version}`;
    const turn = (on: boolean) => all.app.ask(one.domain, "/api/switch", { method: "PUT", body: { on } });
    const reaches = (status: number, enabled: boolean) =>
      until(all.app, async () => {
        const settings = JSON.parse(one.metafields.get("freshet.storefront") ?? "{}") as {
          enabled?: boolean;
        };
        return (await visit(url)).status === status && settings.enabled === enabled ? true : undefined;
      });
    expect((await turn(false)).body.is_on).toBe(false);
    await reaches(302, false);
    expect((await visit(url)).headers.location).toBe(
      `${one.url}/cdn/shop/files/hat.jpg?v=${files.one.version}`,
    );
    expect((await homeOf(one)).health.state).toBe("off");
    expect((await turn(true)).body.is_on).toBe(true);
    await reaches(200, true);
  });
});

describe("a shop that leaves", () => {
  const uninstalled = async (shop: LocalShop) =>
    await until(all.app, async () =>
      rowsOf(shop).shopify_token === undefined && rowsOf(shop).shopify_job === undefined ? true : undefined,
    );

  test("is redirected, whatever is delivered twice, and has everything back when it comes again", async () => {
    const before = await homeOf(other);
    await all.app.ask(other.domain, "/api/embed", { method: "PUT", body: { status: "active" } });
    const url = `${before.shop.endpoint}/v7/${other.url}/cdn/shop/files/hat.jpg?vh=${files.other.version}`;
    const id = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043";
    await all.shopify.uninstall(other, { id });
    await all.shopify.uninstall(other, { id });
    await all.shopify.uninstall(other);
    await until(all.app, async () => ((await visit(url)).status === 302 ? true : undefined));
    await uninstalled(other);
    // Nobody asks Shopify in its name any more.
    const asked = all.shopify.api.logOf(other).unauthorized;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(all.shopify.api.logOf(other).unauthorized).toBe(asked);

    const home = await install(all.app, other);
    expect(home.embed.status).toBe("active");
    expect(home.images.present).toBe(before.images.present);
    expect(home.shop.project).toBe(before.shop.project);
    await until(all.app, async () => ((await visit(url)).status === 200 ? true : undefined));
    // News of its going that arrives only now is about the time before.
    const payload = { id: 1, myshopify_domain: other.domain };
    const late = { shop: other.domain, topic: "app/uninstalled", payload, triggeredAt: Date.now() - 60_000 };
    expect(await all.shopify.sender.send(late)).toBe(200);
    expect((await homeOf(other)).shop.state).toBe("active");
  });

  test("is erased when Shopify says so, and its visitors are sent to Shopify all the same", async () => {
    const { shop } = await homeOf(one);
    const url = `${shop.endpoint}/v7/${one.url}/cdn/shop/files/hat.jpg?vh=${files.one.version}`;
    const payload = { shop_id: 1, shop_domain: one.domain };
    for (const topic of ["customers/data_request", "customers/redact"])
      expect(
        await all.shopify.sender.send({
          shop: one.domain,
          topic,
          payload: { ...payload, customer: { id: 1 } },
        }),
      ).toBe(200);
    await all.shopify.uninstall(one);
    expect(await all.shopify.sender.send({ shop: one.domain, topic: "shop/redact", payload })).toBe(200);
    await until(all.app, async () => (Object.keys(rowsOf(one)).length === 0 ? true : undefined));
    expect(rowsOf(other)).toMatchObject({ shopify_shop: 1 });
    expect((await visit(url)).status).toBe(302);
    // It comes as if it had never been there.
    const home = await install(all.app, one);
    expect(home.shop.project).toBe("one-shop");
    await until(all.app, async () => ((await visit(url)).status === 200 ? true : undefined));
  });
});
