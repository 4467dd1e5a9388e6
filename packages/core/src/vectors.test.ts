import { createHmac, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  addVersion,
  bucketName,
  buildDeliveryUrl,
  isContentVersion,
  type Naming,
  normalizeInvalidationPath,
  parseDeliveryUrl,
  readProofs,
  readQuery,
  readTransformation,
  readV6,
  readVersion,
  resolveBeginning,
  resolveOriginal,
  type SignOptions,
  sealDeliveryUrl,
  signDeliveryUrl,
  versionOfBytes,
  versionOfDigest,
  writeTransformation,
} from "./index.ts";

const read = <Shape>(name: string): Shape =>
  JSON.parse(readFileSync(new URL(`../../conformance/vectors/${name}.json`, import.meta.url), "utf8"));

const urls = read<{
  build: {
    name: string;
    endpoint: string;
    original: string;
    parameters: Record<string, string>;
    options: { version?: string; v7?: boolean; download?: boolean };
    url: string;
  }[];
  parse: { name: string; target: string; expected: Record<string, unknown> | null }[];
}>("delivery-urls");

describe("delivery URLs", () => {
  test.each(urls.build)("build: $name", ({ endpoint, original, parameters, options, url }) => {
    const query = Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join("&");
    const { transformation, remarks } = readTransformation(readQuery(query));
    expect(remarks).toEqual([]);
    expect(buildDeliveryUrl(endpoint, original, transformation, options)).toBe(url);
  });

  test.each(urls.parse)("parse: $name", ({ target, expected }) => {
    const parsed = parseDeliveryUrl(target);
    const seen = parsed && {
      original: parsed.original,
      query: writeTransformation(parsed.transformation),
      originQuery: parsed.originQuery,
      version: parsed.version ?? null,
      v7: parsed.v7,
      remarks: parsed.remarks.map(({ parameter }) => parameter),
    };
    expect(seen ?? null).toEqual(expected);
  });
});

const versions = read<{
  ofText: { text: string; version: string }[];
  ofDigest: { digest: string; version: string }[];
  content: [string, boolean][];
  add: { url: string; version: string; result: string }[];
  read: { url: string; version: string | null }[];
}>("versions");

describe("versions", () => {
  test.each(versions.ofText)("of the bytes of “$text”", async ({ text, version }) => {
    expect(await versionOfBytes(new TextEncoder().encode(text))).toBe(version);
  });
  test.each(versions.ofDigest)("of $digest", ({ digest, version }) => {
    expect(versionOfDigest(digest)).toBe(version);
  });
  test.each(versions.content)("“%s” is derived from bytes: %s", (version, isContent) => {
    expect(isContentVersion(version)).toBe(isContent);
  });
  test.each(versions.add)("added to $url", ({ url, version, result }) => {
    expect(addVersion(url, version)).toBe(result);
    expect(addVersion(result, version)).toBe(result);
  });
  test.each(versions.read)("read from $url", ({ url, version }) => {
    expect(readVersion(url) ?? null).toBe(version);
  });
});

const paths = read<{
  hosts: string[];
  accepted: { path: string; normal: string }[];
  refused: { path: string; reason: string; suggestion: string | null }[];
}>("invalidation-paths");

describe("invalidation paths", () => {
  test.each(paths.accepted)("accepts “$path”", ({ path, normal }) => {
    const accepted = { ok: true, path: normal, isPrefix: normal.endsWith("*") };
    expect(normalizeInvalidationPath(path, paths)).toEqual(accepted);
    expect(normalizeInvalidationPath(normal, paths)).toEqual(accepted);
  });
  test.each(paths.refused)("refuses “$path”", ({ path, reason, suggestion }) => {
    const answer = normalizeInvalidationPath(path, paths);
    expect(answer).toMatchObject({ ok: false, reason, sentence: expect.stringContaining(suggestion ?? "") });
    expect("suggestion" in answer ? answer.suggestion : null).toBe(suggestion);
    if (suggestion)
      expect(normalizeInvalidationPath(suggestion, paths)).toMatchObject({ ok: true, path: suggestion });
  });
});

const signatures = read<{
  verify: { name: string; salt: string; target: string; by: string | null }[];
  build: {
    name: string;
    kind: "sign" | "seal";
    url: string;
    sealed?: string;
    options: SignOptions;
    result: string;
  }[];
  v6: { target: string; result: string | null }[];
}>("signatures");

describe("signatures", () => {
  test.each(signatures.build)("build: $name", async ({ kind, url, sealed = "", options, result }) => {
    const made = kind === "sign" ? signDeliveryUrl(url, options) : sealDeliveryUrl(url, sealed, options);
    expect(await made).toBe(result);
  });

  test.each(signatures.verify)("verify: $name", ({ salt, target, by }) => {
    const v6 = readV6(target);
    const proofs = readProofs(v6?.target ?? target);
    const isTrue = ({ digits }: { digits: string }, digest: string) =>
      digits.length >= 10 && digest.startsWith(digits.toLowerCase());
    const sha1 = (text: string) => hash("sha1", text);
    const hmac = (text: string) => createHmac("sha256", salt).update(text).digest("base64url");
    const found = [
      v6?.claims.some((claim) => isTrue(claim, sha1(salt + claim.text))) && "v6",
      proofs.sign.some((claim) => isTrue(claim, sha1(salt + claim.text))) && "ci_sign",
      proofs.seal.some((claim) => isTrue(claim, sha1(claim.text + salt))) && "ci_seal",
      proofs.hmac.some((claim) => claim.digits === hmac(claim.text)) && "fr_sig",
    ];
    expect(found.find((each) => each) ?? null).toBe(by);
  });

  test.each(signatures.v6)("v6: $target", ({ target, result }) => {
    expect(readV6(target)?.target ?? null).toBe(result);
  });
});

const originals = read<{
  aliases: Naming["aliases"];
  originals: { original: string; prefix?: string; name: string | null; reason?: string }[];
  beginnings: { beginning: string; names: string[] }[];
  buckets: { kind: string; bucket: string; host: string; prefix: string; name: string }[];
}>("originals");

describe("names of originals", () => {
  const { aliases } = originals;
  test.each(originals.originals)("“$original” is “$name”", ({ original, prefix, name, reason }) => {
    const resolved = resolveOriginal(original, { aliases, prefix });
    if (name === null) expect(resolved).toEqual({ kind: "invalid", reason });
    else expect(resolved).toMatchObject({ name });
  });
  test.each(originals.beginnings)("“$beginning*” is $names", ({ beginning, names }) => {
    expect(resolveBeginning(beginning, { aliases }).map(({ name }) => name)).toEqual(names);
  });
  test.each(originals.buckets)("of a bucket begin with “$name”", ({ kind, bucket, host, prefix, name }) => {
    expect(bucketName(kind, bucket, host, prefix)).toBe(name);
  });
});
