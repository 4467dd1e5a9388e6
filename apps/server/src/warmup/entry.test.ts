import fc from "fast-check";
import { expect, test } from "vitest";
import { DeliveryRequests } from "../delivery/request.ts";
import { ERRORS } from "../errors.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { createProjects } from "../projects/projects.ts";
import { Secret } from "../secrets/secret.ts";
import { isRefused, readEntry } from "./entry.ts";

const open = { allow: ["sample.li", "127.0.0.1"], allowPrivate: true, maxBytes: 1e6, timeoutMs: 1_000 };
const demo = projectOf({ name: "demo", hosts: ["img.demo.example", "127.0.0.1"], source: open });
const shop = projectOf({
  name: "shop",
  apiKey: "client_shop_0123456",
  hosts: ["img.shop.example"],
  source: open,
});
const signed = projectOf({
  name: "signed",
  apiKey: "client_signed_01234",
  hosts: ["img.signed.example"],
  source: open,
  security: { salts: [new Secret("salt")], unsigned: "refuse", accept: ["ci_sign"], shortest: 10 },
});

function read(entry: unknown, { project = demo, host = "127.0.0.1:8080" } = {}) {
  const projects = createProjects([demo, shop, signed]);
  return readEntry(entry, { project, projects, host, requests: new DeliveryRequests(projects) });
}

test("a path is asked for under the host that the list came to, else under the project's first", () => {
  const named = { host: "127.0.0.1:8080", target: "/sample.li/a.png?w=200", origin: "sample.li" };
  for (const entry of ["/sample.li/a.png?w=200", "sample.li/a.png?w=200", " /sample.li/a.png?w=200#top "])
    expect(read(entry)).toEqual(named);
  expect(read("/sample.li/a.png", { host: "api.example" })).toMatchObject({ host: "img.demo.example" });
  expect(read("/https://sample.li:8443/a.png")).toMatchObject({ origin: "sample.li:8443" });
  expect(read("/sample.li/ä b.png")).toMatchObject({ target: "/sample.li/%C3%A4%20b.png" });
});

test("where one project answers to every host, a path is asked for under the one it names, else where the list came to", () => {
  const under = (hosts: readonly string[], entry: string) => {
    const project = projectOf({ hosts, source: open });
    const projects = createProjects([project]);
    return readEntry(entry, {
      project,
      projects,
      host: "127.0.0.1:8080",
      requests: new DeliveryRequests(projects),
    });
  };
  expect(under([], "/sample.li/a.png")).toMatchObject({ host: "127.0.0.1:8080" });
  expect(under(["img.demo.example"], "/sample.li/a.png")).toMatchObject({ host: "img.demo.example" });
  expect(under(["img.demo.example"], "http://127.0.0.1:8080/sample.li/a.png")).toMatchObject({
    host: "127.0.0.1:8080",
  });
  expect(under([], "http://elsewhere.example/sample.li/a.png")).toMatchObject({ code: "WARMUP_HOST_WRONG" });
});

test("a whole URL is taken under the project's own hosts and refused under others", () => {
  const target = "/v7/sample.li/a.png?w=200";
  for (const host of ["img.demo.example", "127.0.0.1:9999", "demo.cloudimg.io", "demo.anything.example:8080"])
    expect(read(`http://${host}${target}`), host).toMatchObject({ host, target });
  expect(read(`https://IMG.demo.example:443${target}`)).toMatchObject({ host: "img.demo.example", target });
  expect(read(`//img.demo.example${target}`)).toMatchObject({ host: "img.demo.example", target });
  for (const host of ["img.shop.example", "shop.cloudimg.io", "nobody.example", "u@img.demo.example"])
    expect(read(`https://${host}${target}`), host).toMatchObject({ code: "WARMUP_HOST_WRONG" });
});

test("what the project does not deliver is refused with its code", () => {
  expect(read("/other.example/a.png")).toMatchObject({ code: "ORIGINAL_NOT_ALLOWED" });
  expect(read("/")).toMatchObject({ code: "WARMUP_URL_WRONG" });
  expect(read("/metrics")).toMatchObject({ code: "WARMUP_URL_WRONG" });
  expect(read(7)).toMatchObject({ code: "WARMUP_URL_WRONG" });
  expect(read("/sample.li/a\u0000.png")).toMatchObject({ code: "WARMUP_URL_WRONG" });
  expect(read(`/sample.li/${"a".repeat(9_000)}`)).toMatchObject({ code: "URL_TOO_LONG" });
  const project = signed;
  expect(read("/sample.li/a.png?w=2", { project })).toMatchObject({ code: "SIGNATURE_MISSING" });
  expect(read("/sample.li/a.png?w=2&ci_sign=0123456789abcdef", { project })).toMatchObject({
    code: "SIGNATURE_WRONG",
  });
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "/",
    "//",
    "http://",
    "https://",
    "sample.li",
    "img.demo.example",
    "demo",
    "v7/",
    "?",
    "#",
    "@",
    ":8080",
    "%",
    "\\",
    " ",
  ),
);

test("any entry is a request that HTTP can carry, or refused with a code", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((all) => all.join("")),
        fc.anything(),
      ),
      (entry) => {
        const found = read(entry);
        if (isRefused(found)) expect(ERRORS[found.code].status).toBeLessThan(500);
        else {
          expect(found.target).toMatch(/^\/[\x21-\x7e]*$/);
          expect(found.host).toMatch(/^[a-z0-9._[\]:-]+$/);
        }
      },
    ),
    { numRuns: 500 },
  );
});
