import { parseDeliveryUrl } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assetIdsIn,
  nextLoader,
  readFocalPoint,
  rewriteContent,
  rewriteText,
  richTextNodes,
  toDeliveryUrl,
  toPicture,
} from "./index.ts";

const endpoint = "https://img.example.com";
const TOKEN = "1f2e3d4c5b6a79881f2e3d4c5b6a7988";
const address = `//images.ctfassets.net/space1/hat/${TOKEN}/big%20hat.jpg`;
const delivery = `${endpoint}/v7/https:${address}?vh=t1f2e3d4c`;

const asset = {
  sys: { id: "hat", type: "Asset", space: { sys: { type: "Link", linkType: "Space", id: "space1" } } },
  fields: {
    title: "Hat",
    description: "A big hat",
    file: {
      url: address,
      contentType: "image/jpeg",
      fileName: "big hat.jpg",
      details: { size: 48_211, image: { width: 1000, height: 500 } },
    },
  },
};
const graphql = {
  __typename: "Asset",
  sys: { id: "hat" },
  ...{ url: `https:${address}`, title: "Hat", width: 1000, height: 500, contentType: "image/jpeg" },
};

describe("one asset", () => {
  test.each([
    ["contentful.js", asset],
    ["GraphQL", graphql],
    ["its address", `https:${address}`],
    ["its address without scheme", address],
  ])("of %s has the same delivery URL", (_, source) => {
    expect(toDeliveryUrl(source, { endpoint })).toBe(delivery);
  });

  test("of which all locales were asked for has one for each", () => {
    const all = {
      ...asset,
      fields: {
        title: { de: "Hut" },
        file: { de: { ...asset.fields.file, url: address.replace("hat.jpg", "hut.jpg") } },
      },
    };
    expect(toDeliveryUrl(all, { endpoint, locale: "de" })).toContain("big%20hut.jpg");
    expect(toDeliveryUrl(all, { endpoint, locale: "fr" })).toBeUndefined();
  });

  test("is named by its stable id where that is wanted", () => {
    expect(toDeliveryUrl(asset, { endpoint, by: "id" })).toBe(`${endpoint}/v7/ctf:space1/hat`);
    expect(toDeliveryUrl(address, { endpoint, by: "id", locale: "de" })).toBe(
      `${endpoint}/v7/ctf:space1/hat/de`,
    );
  });

  test("keeps what its Images API parameters ask for, and a new version that an editor asked for", () => {
    const url = toDeliveryUrl(`${address}?w=400&h=300&fit=fill&f=top`, { endpoint, bumps: () => 2 });
    expect(url).toBe(`${endpoint}/v7/https:${address}?w=400&h=300&gravity=north&vh=t1f2e3d4c-2`);
  });

  test.each([
    ["a link that was not resolved", { sys: { type: "Link", linkType: "Asset", id: "hat" } }],
    ["a draft without a file", { sys: { id: "a" }, fields: { title: "A" } }],
    ["a PDF", { ...asset, fields: { file: { ...asset.fields.file, contentType: "application/pdf" } } }],
    ["another host's picture", "https://site.example/a.jpg"],
    ["an embargoed file", address.replace("images.", "images.secure.")],
    ["nothing", undefined],
    ["an empty text", ""],
  ])("%s has none", (_, source) => {
    expect(toDeliveryUrl(source, { endpoint })).toBeUndefined();
    expect(toPicture(source, { endpoint })).toBeUndefined();
  });

  test("has a srcset up to its own width, its size, its words and the editor's focal point", () => {
    const focalPoint = (id: string) =>
      id === "hat" ? readFocalPoint({ focalPoint: { x: 0.25, y: 0.75 } }) : undefined;
    const picture = toPicture(asset, {
      ...{ endpoint, focalPoint, widths: [200, 800, 1600] },
      transformation: { resize: { w: 400, h: 400 } },
    });
    expect(picture).toEqual({
      src: `${endpoint}/v7/https:${address}?w=400&h=400&gravity=0.25c,0.75c&vh=t1f2e3d4c`,
      srcset: [200, 800]
        .map((w) => `${endpoint}/v7/https:${address}?w=${w}&h=${w}&gravity=0.25c,0.75c&vh=t1f2e3d4c ${w}w`)
        .join(", "),
      ...{ width: 400, height: 400, alt: "A big hat" },
    });
    const small = {
      ...asset,
      fields: {
        ...asset.fields,
        file: { ...asset.fields.file, details: { image: { width: 90, height: 45 } } },
      },
    };
    expect(toPicture(small, { endpoint })?.srcset).toBe(
      `${endpoint}/v7/https:${address}?w=90&vh=t1f2e3d4c 90w`,
    );
    expect(toPicture(asset, { endpoint, transformation: { resize: { w: 200 } } })).toMatchObject({
      width: 200,
      height: 100,
    });
  });

  test.each([
    null,
    undefined,
    {},
    { x: 0.5 },
    { x: null, y: null },
    { x: 1.5, y: 0 },
    { focalPoint: null },
    "0.5,0.5",
    { x: Number.NaN, y: 0 },
  ])("a focal point of %j is none", (value) => expect(readFocalPoint(value)).toBeUndefined());

  test("is loaded by Next's width", () => {
    const load = nextLoader({ endpoint });
    expect(load({ src: address, width: 640, quality: 75 })).toBe(
      `${endpoint}/v7/https:${address}?w=640&org_if_sml=1&q=75&vh=t1f2e3d4c`,
    );
    expect(load({ src: "/logo.png", width: 640 })).toBe("/logo.png");
  });
});

describe("text and whole answers", () => {
  test("Markdown and HTML are rewritten, what is around an address is left alone", () => {
    const text = `![hat](https:${address}?w=400) <img src="${address}?w=100&amp;h=50"> see https:${address}. And https://site.example/${TOKEN}.jpg`;
    expect(rewriteText(text, { endpoint })).toBe(
      `![hat](${endpoint}/v7/https:${address}?w=400&org_if_sml=1&vh=t1f2e3d4c) <img src="${endpoint}/v7/https:${address}?w=100&amp;h=50&amp;func=bound&amp;org_if_sml=1&amp;vh=t1f2e3d4c"> see ${delivery}. And https://site.example/${TOKEN}.jpg`,
    );
  });

  test("an answer with links in circles is copied, and nothing of the original is touched", () => {
    interface Entry {
      fields: { picture: unknown; next?: unknown; text: string };
    }
    const entry: Entry = { fields: { picture: asset, text: `see ${address}` } };
    entry.fields.next = entry;
    const before = JSON.stringify(asset);
    const copy = rewriteContent(entry, { endpoint });
    expect(copy.fields.next).toBe(copy);
    expect(copy.fields.picture).toMatchObject({ fields: { title: "Hat", file: { url: delivery } } });
    expect(copy.fields.text).toBe(`see ${delivery}`);
    expect(JSON.stringify(asset)).toBe(before);
    expect(assetIdsIn(entry)).toEqual(["hat"]);
  });

  test("GraphQL's answers, all locales and files that are no pictures are told apart", () => {
    const pdf = { ...graphql, contentType: "application/pdf" };
    const file = { "en-US": asset.fields.file, de: { ...asset.fields.file, contentType: "application/pdf" } };
    const copy = rewriteContent(
      { a: graphql, b: pdf, c: { sys: asset.sys, fields: { file } } },
      { endpoint },
    );
    expect([copy.a.url, copy.b.url]).toEqual([delivery, pdf.url]);
    expect([copy.c.fields.file["en-US"].url, copy.c.fields.file.de.url]).toEqual([delivery, address]);
  });

  test("a second pass changes nothing, and a delivery URL names the address that stood there", () => {
    const word = fc.constantFrom(
      "a",
      " ",
      "(",
      ")",
      '"',
      "<b>",
      "\n",
      "&amp;",
      "https://",
      "/v7/",
      address,
      `https:${address}?w=1`,
      "é",
    );
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join("")),
        (text) => {
          const once = rewriteText(text, { endpoint });
          expect(rewriteText(once, { endpoint })).toBe(once);
        },
      ),
    );
    const { pathname, search } = new URL(toDeliveryUrl(address, { endpoint }) ?? "");
    expect(parseDeliveryUrl(pathname + search)).toMatchObject({
      original: `https:${address}`,
      version: "t1f2e3d4c",
    });
  });

  test("whatever it is, nothing is thrown", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        toDeliveryUrl(value, { endpoint });
        toPicture(value, { endpoint });
        assetIdsIn(value);
        readFocalPoint(value);
      }),
    );
  });
});

describe("rich text", () => {
  const nodes = richTextNodes({ endpoint, widths: [200], sizes: "50vw" });
  const node = (nodeType: string, target: unknown, content: readonly unknown[] = []) => ({
    nodeType,
    data: { target },
    content,
  });

  test("embedded pictures come with a srcset and their words, escaped", () => {
    const odd = { ...asset, fields: { ...asset.fields, description: '"<b>"' } };
    expect(nodes["embedded-asset-block"](node("embedded-asset-block", odd))).toBe(
      `<img src="${delivery}" srcset="${endpoint}/v7/https:${address}?w=200&amp;vh=t1f2e3d4c 200w" sizes="50vw" width="1000" height="500" alt="&quot;&lt;b&gt;&quot;" loading="lazy">`,
    );
  });

  test("other files become links, links to pictures lead to delivery URLs, and what is missing leaves its words", () => {
    const pdf = {
      ...asset,
      fields: { ...asset.fields, file: { ...asset.fields.file, contentType: "application/pdf" } },
    };
    expect(nodes["embedded-asset-block"](node("embedded-asset-block", pdf))).toBe(
      `<a href="https:${address}">Hat</a>`,
    );
    const next = () => "the hat";
    expect(nodes["asset-hyperlink"](node("asset-hyperlink", asset), next)).toBe(
      `<a href="${delivery}">the hat</a>`,
    );
    const gone = { sys: { type: "Link", linkType: "Asset", id: "gone" } };
    expect(nodes["asset-hyperlink"](node("asset-hyperlink", gone), next)).toBe("the hat");
    expect(nodes["embedded-asset-block"](node("embedded-asset-block", gone))).toBe("");
  });

  test("links are looked up among those that GraphQL gave beside the text", () => {
    const { "embedded-asset-block": render } = richTextNodes({ endpoint, assets: [graphql] });
    const link = { sys: { type: "Link", linkType: "Asset", id: "hat" } };
    expect(render(node("embedded-asset-block", link))).toContain(`src="${delivery}"`);
  });
});
