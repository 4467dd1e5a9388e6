import { hash } from "node:crypto";
import { sealDeliveryUrl, signDeliveryUrl, writeTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { projectOf } from "../projects/project.test.support.ts";
import type { Project } from "../projects/project.ts";
import { createProjects } from "../projects/projects.ts";
import { Secret } from "../secrets/secret.ts";
import { explain } from "./explain.ts";
import { DeliveryRequests } from "./request.ts";
import { understand } from "./understand.ts";

const SALT = "a salt of some length";
const PROJECT = projectOf({
  name: "shop",
  aliases: {
    _media_: { url: "_cdn_/media" },
    _cdn_: { url: "https://cdn.example" },
    _disk_: { folder: "sample" },
  },
  prefix: "https://shop.example/root",
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
  formats: ["avif", "webp"],
});
const signing = {
  salts: [new Secret(SALT)],
  unsigned: "refuse",
  accept: ["fr_sig", "ci_sign", "ci_seal"],
  shortest: 10,
} as const;

const refusalOf = (settings: Partial<Project>, target: string) =>
  understand({ ...PROJECT, ...settings }, target).refusal?.code;

describe("the form of a URL", () => {
  test.each<[Partial<Project>, string, string | undefined]>([
    [{}, "/v7/_media_/a.jpg", undefined],
    [{}, "/_media_/a.jpg", undefined],
    [{ v7: "required" }, "/v7/_media_/a.jpg", undefined],
    [{ v7: "required" }, "/_media_/a.jpg", "ORIGINAL_NOT_NAMED"],
    [{ v7: "absent" }, "/_media_/a.jpg", undefined],
    [{ v7: "absent" }, "/v7/_media_/a.jpg", "ORIGINAL_NOT_NAMED"],
    [{ v7: "required", v6: true }, "/width/400/n/_media_/a.jpg", undefined],
    [{ v7: "required" }, "/width/400/n/_media_/a.jpg", "ORIGINAL_NOT_NAMED"],
    [{ v6: true, security: signing }, "/width/400/n/_media_/a.jpg", "SIGNATURE_MISSING"],
    [
      { sizes: { widths: [100], heights: [100], step: undefined, outside: "refuse" }, v6: true },
      "/width/400/n/_media_/a.jpg",
      "SIZE_NOT_ALLOWED",
    ],
  ])("%j: %s is refused for %s", (settings, target, code) => {
    expect(refusalOf(settings, target)).toBe(code);
  });

  test("an old URL asks for the same as its new one", () => {
    const old = understand({ ...PROJECT, v6: true }, "/bound/200x100/q70/_media_/a.jpg").url;
    expect(old).toMatchObject({ original: "_media_/a.jpg" });
    expect(writeTransformation(old?.transformation ?? {})).toBe("w=200&h=100&func=bound&q=70");
  });
});

describe("what goes on to the origin", () => {
  const queryOf = (target: string) =>
    understand({ ...PROJECT, security: { ...signing, unsigned: "allow" }, v6: true }, target).url
      ?.originQuery;

  test("is everything unknown where it is signed or nothing is, and under a seal what it covers", async () => {
    expect(queryOf("/v7/_media_/a.jpg?b=2&a=1&w=5")).toBe("a=1&b=2");
    expect(queryOf(await signDeliveryUrl("/v7/_media_/a.jpg?b=2&a=1", { salt: SALT }))).toBe("a=1&b=2");
    const sealed = await sealDeliveryUrl("/v7/h.example%2Fa.jpg%3Fc%3D3?ci_url_encoded=1", "d=4&w=5", {
      salt: SALT,
    });
    expect(queryOf(`${sealed}&a=1&w=6`)).toBe("c=3&d=4");
  });

  test("is the query of an old URL where its digits cover it", () => {
    const digits = (text: string) => hash("sha1", SALT + text);
    const path = "/width/400/n/_media_/a.jpg";
    const signed = (text: string) => `/width/400/n@${digits(text)}/_media_/a.jpg?v=1`;
    expect(queryOf(signed(`${path}?v=1`))).toBe("v=1");
    expect(queryOf(signed(path))).toBe("");
  });
});

test("nothing in the query of an old URL stands for what its path asks for", () => {
  const settings = { ...PROJECT, security: signing, v6: true } as const;
  const sealed = (query: string) => `ci_eqs=${Buffer.from(query).toString("base64url")}`;
  for (const [size, canonical] of [
    ["width/400", "w=400"],
    ["cdn/n", ""],
  ] as const) {
    const digits = hash("sha1", `${SALT}/${size}/n/_media_/a.jpg`);
    for (const name of ["ci_eqs", "ci%5Feqs", "amp;ci_eqs"]) {
      const added = sealed("w=4000&evil=1").replace("ci_eqs", name);
      for (const query of [added, `v=1&${added}`, `${added}&v=1`]) {
        const { url, refusal } = understand(settings, `/${size}/n@${digits}/_media_/a.jpg?${query}`);
        expect(refusal).toBeUndefined();
        expect(writeTransformation(url?.transformation ?? {}), query).toBe(canonical);
        expect(url?.originQuery).toBe("");
      }
    }
  }
});

describe("a URL with an end", () => {
  test("is read until then, from memory too, and refused from then on", async () => {
    let now = 1_000_000;
    const requests = new DeliveryRequests(createProjects([{ ...PROJECT, security: signing }]), () => now);
    const target = await signDeliveryUrl("/v7/_media_/a.jpg?w=5", { salt: SALT, expires: 1_010 });
    expect(requests.peek("shop", target)).toBeUndefined();
    expect(requests.read("shop", target).lifetime?.expires).toBe(1_010);
    now = 1_009_999;
    expect(requests.peek("shop", target)?.request).toBe(requests.read("shop", target));
    now = 1_010_000;
    expect(requests.peek("shop", target)).toBeUndefined();
    expect(() => requests.read("shop", target)).toThrow(expect.objectContaining({ code: "URL_EXPIRED" }));
  });

  test("a URL that is refused is refused every time", () => {
    const requests = new DeliveryRequests(createProjects([{ ...PROJECT, security: signing }]));
    for (let time = 0; time < 2; time++) {
      expect(() => requests.read("shop", "/v7/_media_/a.jpg")).toThrow(
        expect.objectContaining({ code: "SIGNATURE_MISSING" }),
      );
    }
    expect(requests.peek("shop", "/v7/_media_/a.jpg")).toBeUndefined();
  });
});

describe("an explanation", () => {
  const shortening = {
    presets: { small: "w=200" },
    rules: [{ match: "_media_", parameters: "q=70" }],
    defaults: "",
  };

  test("says what becomes of a URL and why", async () => {
    const project = { ...PROJECT, shortening, security: signing, hints: { client: true, saveData: true } };
    const target = await signDeliveryUrl("/v7/_media_/a.jpg?w=400&p=small&huh=1&process=3&vh=7", {
      salt: SALT,
      expires: 2_000_000_000,
    });
    expect(explain(project, target, 0)).toEqual({
      project: "shop",
      refused: null,
      signature: { by: "fr_sig", covers: "everything", expires: "2033-05-18T03:33:20.000Z" },
      original: {
        written: "_media_/a.jpg",
        steps: [
          { alias: "_media_", text: "_cdn_/media/a.jpg" },
          { alias: "_cdn_", text: "https://cdn.example/media/a.jpg" },
        ],
        name: "shop/cdn.example/media/a.jpg",
        tag: expect.stringMatching(/^o-[0-9a-f]{16}$/),
        from: ["https://cdn.example/media/a.jpg?huh=1"],
        isAllowed: true,
      },
      version: "7",
      preset: "small",
      parameters: [
        {
          name: "w",
          value: "200",
          layer: "preset",
          by: "small",
          overrides: [{ value: "400", layer: "url", by: undefined }],
        },
        { name: "q", value: "70", layer: "rule", by: "_media_", overrides: [] },
        { name: "p", value: "small", layer: "url", by: undefined, overrides: [] },
        { name: "vh", value: "7", layer: "url", by: undefined, overrides: [] },
      ],
      remarks: [{ parameter: "process", text: "3", expected: "not supported yet" }],
      format: { requested: null, negotiated: ["avif", "webp"], hints: ["Save-Data"] },
    });
  });

  test.each<[string, Partial<Project>, string, readonly string[]]>([
    ["/v7/a.jpg", {}, "", ["https://shop.example/root/a.jpg"]],
    ["/v7/_disk_/a.jpg", {}, "", ["folder:sample/a.jpg"]],
    ["/v7/http://other.example/a.jpg", {}, "ORIGINAL_NOT_ALLOWED", ["http://other.example/a.jpg"]],
    ["/v7/ftp://h.example/a.jpg", {}, "ORIGINAL_NOT_NAMED", []],
    ["/v7/a.jpg", { security: signing }, "SIGNATURE_MISSING", ["https://shop.example/root/a.jpg"]],
    ["/v7/a.jpg?fr_exp=1", {}, "URL_EXPIRED", ["https://shop.example/root/a.jpg"]],
    ["/v7/", {}, "ORIGINAL_NOT_NAMED", []],
  ])("of %s with %j", (target, settings, code, from) => {
    const { refused, original } = explain({ ...PROJECT, ...settings }, target, 5_000);
    expect(refused?.code ?? "").toBe(code);
    expect(original?.from ?? []).toEqual(from);
  });

  test("is had for whatever is sent, and never tells a salt", () => {
    const project = { ...PROJECT, shortening, security: signing, v6: true } as const;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const target of [
          text,
          `/v7/${text}`,
          `/_media_/a.jpg?${text}`,
          `/a.jpg?fr_exp=${text}&ci_sign=${text}`,
        ]) {
          expect(JSON.stringify(explain(project, target, Date.now()))).not.toContain(SALT);
        }
      }),
    );
  });
});
