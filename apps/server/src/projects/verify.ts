import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Claim } from "@freshet/core";
import type { AllProofs, Security, Verdict } from "./security.ts";

/** SHA-1 in hex digits. */
const LONGEST = 40;

/**
 * Says whether the proofs of a URL are true under one of the project's salts. A signature that is there must be right, also where
 * none is needed. Without salts there is nothing to check.
 */
export function verify(security: Security | undefined, proofs: AllProofs): Verdict {
  const { expires } = proofs;
  const nothing = { by: undefined, covers: "nothing", expires, refused: undefined } as const;
  if (security === undefined) return nothing;
  const { salts, shortest, accept, unsigned } = security;
  const isAnyTrue = (claims: readonly Claim[], isTrue: (claim: Claim, salt: string) => boolean) => {
    // All are looked at, so that time tells nothing about which one was nearly right.
    let found = false;
    for (const claim of claims) for (const salt of salts) found = isTrue(claim, salt) || found;
    return found;
  };
  const isSha1 = ({ digits }: Claim, text: string) => isPrefix(digits, hash("sha1", text), shortest);
  const checks = {
    fr_sig: () => isAnyTrue(proofs.hmac, ({ digits, text }, salt) => isEqual(digits, hmac(salt, text))),
    ci_sign: () => isAnyTrue(proofs.sign, (claim, salt) => isSha1(claim, salt + claim.text)),
    ci_seal: () => isAnyTrue(proofs.seal, (claim, salt) => isSha1(claim, claim.text + salt)),
  };
  const by = (["fr_sig", "ci_sign", "ci_seal"] as const).find(
    (kind) => accept.includes(kind) && checks[kind](),
  );
  if (by) return { ...nothing, by, covers: by === "ci_seal" ? "sealed" : "everything" };
  // What an old URL asks for is sealed, and its digits are those of a plain SHA-1.
  const isV6 =
    accept.includes("ci_sign") && isAnyTrue(proofs.v6, (claim, salt) => isSha1(claim, salt + claim.text));
  if (isV6) return { ...nothing, by: "v6", covers: "sealed" };
  const isSigned = proofs.hmac.length + proofs.sign.length + proofs.seal.length + proofs.v6.length > 0;
  if (isSigned) return { ...nothing, refused: "SIGNATURE_WRONG" };
  return unsigned === "allow" ? nothing : { ...nothing, refused: "SIGNATURE_MISSING" };
}

const hmac = (salt: string, text: string) => createHmac("sha256", salt).update(text).digest("base64url");

function isPrefix(digits: string, digest: string, shortest: number): boolean {
  if (digits.length < shortest || digits.length > LONGEST) return false;
  return isEqual(digits.toLowerCase(), digest.slice(0, digits.length));
}

function isEqual(given: string, made: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(made)];
  return one.length === other.length && timingSafeEqual(one, other);
}
