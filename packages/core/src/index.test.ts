import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { beforeAll, expect, test } from "vitest";

let code = "";

beforeAll(async () => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL("./index.ts", import.meta.url)),
    platform: "browser",
    onLog: (level, log) => {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({ format: "iife", name: "freshet" });
  await bundle.close();
  expect(output).toHaveLength(1);
  code = output[0].code;
});

test("the entry bundles for a browser without Node and without any package", () => {
  expect(code).not.toMatch(/\bnode:|\brequire\(|\bprocess\.|\bBuffer\b/);
  expect(code).not.toMatch(/\bimport\b\s*["'({*]|\bfrom\s+["']/);
});

test("the bundle needs nothing but what every browser, edge and server has", async () => {
  const globals = { URL, URLSearchParams, TextEncoder, TextDecoder, AbortSignal, setTimeout, crypto, fetch };
  const context = createContext(globals);
  runInContext(`${code};globalThis.freshet = freshet;`, context);
  const run = (expression: string): unknown => runInContext(expression, context);

  expect(
    run(`freshet.buildDeliveryUrl("https://img.example.com", "site.example/a.jpg", { resize: { w: 400 } })`),
  ).toBe("https://img.example.com/v7/site.example/a.jpg?w=400");
  expect(run(`freshet.parseDeliveryUrl("/v7/site.example/a.jpg?w=400").transformation.resize.w`)).toBe(400);
  expect(run(`freshet.resolveOriginal("site.example/a.jpg", { aliases: {} }).name`)).toBe(
    "site.example/a.jpg",
  );
  expect(
    run(
      `freshet.rewriteHtml("<img src=/a.jpg>", { endpoint: "//x", isOurs: ["h.example"], base: "https://h.example" })`,
    ),
  ).toBe('<img src="//x/v7/https://h.example/a.jpg">');
  expect(run(`freshet.normalizeInvalidationPath("a.b/c.jpg", { hosts: [] }).path`)).toBe("/a.b/c.jpg");
  expect(
    run(`typeof freshet.createInvalidationClient({ endpoint: "https://h.example", apiKey: "k" }).status`),
  ).toBe("function");
  expect(await run(`freshet.versionOfBytes(new TextEncoder().encode("a"))`)).toBe("cca978112ca1b");
});

test("what the entry exports is decided, not found", async () => {
  expect(Object.keys(await import("./index.ts")).sort()).toMatchInlineSnapshot(`
    [
      "COMPASS",
      "CONTROL_PARAMETERS",
      "DEVELOPED_FORMATS",
      "FORMAT_CHOICES",
      "INVALIDATION_ERRORS",
      "INVALIDATION_SCOPES",
      "INVALIDATION_STATUSES",
      "InvalidationError",
      "LARGEST_SIDE",
      "LAYERS",
      "LONGEST_CLIP_SECONDS",
      "MEDIA_TYPES",
      "OPERATIONS",
      "OUTPUT_FORMATS",
      "OWN_WATERMARK",
      "RESERVED_PARAMETERS",
      "acceptedFormats",
      "addVersion",
      "bucketName",
      "buildDeliveryUrl",
      "canonicalTransformation",
      "checkInvalidationLines",
      "chooseFormat",
      "correctInvalidationLines",
      "createInvalidationClient",
      "effectiveTransformation",
      "isBehindAlias",
      "isContentVersion",
      "isDeveloped",
      "isEmptyTransformation",
      "isInvalidationError",
      "isOperationParameter",
      "isProxied",
      "isVideoPath",
      "layer",
      "layerParameters",
      "listParameters",
      "namesType",
      "normalizeInvalidationPath",
      "normalizeInvalidationUrl",
      "normalizePath",
      "normalizeQuery",
      "parentFolders",
      "parseDeliveryUrl",
      "readProofs",
      "readQuery",
      "readTransformation",
      "readUrlList",
      "readV6",
      "readVersion",
      "readWarmUpEntry",
      "resolveBeginning",
      "resolveOriginal",
      "rewriteCss",
      "rewriteHtml",
      "rewriteSrcset",
      "sealDeliveryUrl",
      "signDeliveryUrl",
      "srcset",
      "stepsToOriginal",
      "textOfList",
      "versionOfBytes",
      "versionOfDigest",
      "watermarkImages",
      "writeTransformation",
    ]
  `);
});
