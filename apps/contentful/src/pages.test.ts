import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify from "fastify";
import { expect, test } from "vitest";
import { pageRoutes } from "./pages.ts";

test("the built pages are served to be framed by Contentful alone, and nothing beside them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "freshet-pages-"));
  mkdirSync(join(folder, "dist/assets"), { recursive: true });
  writeFileSync(join(folder, "dist/index.html"), "<!doctype html>");
  writeFileSync(join(folder, "dist/assets/main-AbCdEf12.js"), "1");
  writeFileSync(join(folder, "secret"), "secret");
  const app = fastify();
  const ancestors = ["https://app.contentful.com", "https://app.eu.contentful.com"];
  await pageRoutes(app, { folder: join(folder, "dist"), ancestors });
  const page = await app.inject("/contentful/app/");
  expect([page.statusCode, page.body]).toEqual([200, "<!doctype html>"]);
  expect(page.headers["content-security-policy"]).toContain(`frame-ancestors ${ancestors.join(" ")};`);
  expect(page.headers["cache-control"]).toBe("no-cache");
  expect((await app.inject("/contentful/app/index.html")).statusCode).toBe(200);
  const script = await app.inject("/contentful/app/assets/main-AbCdEf12.js");
  expect([script.headers["content-type"], script.headers["cache-control"]]).toEqual([
    "text/javascript; charset=utf-8",
    "public, max-age=31536000, immutable",
  ]);
  for (const path of ["../secret", "%2e%2e/secret", "..%2fsecret", "assets", "nothing.js", "__proto__"])
    expect((await app.inject(`/contentful/app/${path}`)).statusCode, path).toBe(404);
  expect((await app.inject("/contentful/app")).headers.location).toBe("app/");
  await app.close();
  rmSync(folder, { recursive: true });
});

test("where nothing was built there is nothing", async () => {
  const app = fastify();
  await pageRoutes(app, { folder: "/nowhere", ancestors: [] });
  expect((await app.inject("/contentful/app/")).json()).toMatchObject({ code: "ROUTE_UNKNOWN" });
  await app.close();
});
