import { readFileSync } from "node:fs";
import { readProofs, readV6 } from "@freshet/core";
import { describe, expect, test } from "vitest";
import type { Security } from "./security.ts";
import { verify } from "./verify.ts";

interface Vector {
  readonly name: string;
  readonly salt: string;
  readonly target: string;
  readonly by: string | null;
}
const { verify: vectors }: { verify: readonly Vector[] } = JSON.parse(
  readFileSync(new URL("../../../../packages/conformance/vectors/signatures.json", import.meta.url), "utf8"),
);
const SECURITY: Security = {
  salts: ["salt"],
  unsigned: "refuse",
  accept: ["fr_sig", "ci_sign", "ci_seal"],
  shortest: 10,
};

function verdictOn(target: string, security: Partial<Security> | undefined) {
  const old = readV6(target);
  const proofs = { ...readProofs(old?.target ?? target), v6: old?.claim ? [old.claim] : [] };
  return verify(security && { ...SECURITY, ...security }, proofs);
}

describe("the proofs of a URL", () => {
  test.each(vectors)("$name", ({ salt, target, by }) => {
    const isSigned = /ci_sign|ci_seal|fr_sig|@/.test(target);
    for (const salts of [[salt], ["another", salt], [salt, "another"]]) {
      expect(verdictOn(target, { salts })).toMatchObject({
        by: by ?? undefined,
        refused: by ? undefined : isSigned ? "SIGNATURE_WRONG" : "SIGNATURE_MISSING",
        covers: by === null ? "nothing" : by === "ci_seal" || by === "v6" ? "sealed" : "everything",
      });
    }
    expect(verdictOn(target, { salts: ["another"] }).by).toBeUndefined();
    expect(verdictOn(target, undefined)).toMatchObject({
      by: undefined,
      refused: undefined,
      covers: "nothing",
    });
  });

  const true18 = "/v7/assets/image.jpg?ci_sign=84c81ef20852013046&w=200";
  test.each<[string, string, Partial<Security>, string | undefined]>([
    ["a kind that is not accepted is wrong", true18, { accept: ["fr_sig"] }, "SIGNATURE_WRONG"],
    [
      "an old URL's is a ci_sign",
      "/cdn/n/n@921317a9b00dc0b5a29e6b32a832361db582fd70/http://www.example.tld/my-image.jpg",
      { salts: ["abcdefgh"], accept: ["fr_sig"] },
      "SIGNATURE_WRONG",
    ],
    ["digits fewer than wanted are wrong", true18, { shortest: 19 }, "SIGNATURE_WRONG"],
    ["as many as wanted are enough", true18, { shortest: 18 }, undefined],
    ["none may be allowed", "/v7/assets/image.jpg?w=200", { unsigned: "allow" }, undefined],
    ["a wrong one is wrong where none would do", `${true18}1`, { unsigned: "allow" }, "SIGNATURE_WRONG"],
    ["sealed values without a seal do not count", "/v7/a.jpg?ci_eqs=dz0x", {}, "SIGNATURE_MISSING"],
  ])("%s", (_, target, security, refused) => {
    expect(verdictOn(target, security).refused).toBe(refused);
  });
});
