import { Arrival } from "./arrival.ts";
import { decodeBody, isPlain, readBody } from "./body.ts";
import { broken, denied, noRoom, tooLarge } from "./refusal.ts";
import type { Fetched, Inspect, Validators } from "./source.ts";
import type { Spool } from "./spool.ts";
import { isStrong, validatorsOf } from "./validators.ts";
import { type Head, headerOf, leave, wholeNumber } from "./wire.ts";

/** What was asked for, and how its answer is read. */
export interface Reading {
  readonly url: string;
  /** What the request was conditional on. */
  readonly sent: Validators | undefined;
  readonly maxBytes: number;
  /** Bytes per second that a body must bring, seen over `rateWindowMs`; else `slow` is called, which ends it. */
  readonly minRate: number;
  readonly rateWindowMs: number;
  readonly slow: () => void;
  /** Called whenever as much has come as may take the time of one original: the time begins anew. */
  readonly goesOn: () => void;
  readonly inspect?: Inspect | undefined;
  readonly spool?: Spool | undefined;
  readonly mayBeEmpty?: (() => boolean) | undefined;
  /** What an answer means that brings nothing; absent, or undefined from it: what its status says. */
  readonly meaning?: (head: Head) => Promise<Fetched | undefined>;
}

/** Unauthorized, payment required, forbidden, unavailable for legal reasons. */
const DENIALS: ReadonlySet<number> = new Set([401, 402, 403, 451]);

/** Reads an answer that is no redirect. "contradicted" is a 304 that names another entity than it was asked about. */
export async function readAnswer(head: Head, reading: Reading): Promise<Fetched | "contradicted"> {
  const { statusCode: status } = head;
  const { url, sent, meaning } = reading;
  if (status === 200 || status === 203) return await readFound(head, reading);
  const meant = status === 304 ? undefined : await meaning?.(head);
  leave(head);
  if (meant !== undefined) return meant;
  if (status === 404 || status === 410) return { kind: "missing", status, ...agedBy(head) };
  if (status !== 304 || sent === undefined)
    return (DENIALS.has(status) ? denied : broken)(`It answered with status ${status}.`);
  const validators = validatorsOf(url, (name) => headerOf(head, name));
  const { etag } = validators;
  if (sent.etag !== undefined && etag !== undefined && isStrong(etag) && etag !== sent.etag)
    return "contradicted";
  return { kind: "unchanged", validators: { ...sent, ...validators } };
}

async function readFound(
  head: Head,
  { url, maxBytes, minRate, rateWindowMs, slow, goesOn, inspect, mayBeEmpty, ...reading }: Reading,
): Promise<Fetched> {
  let total = 0;
  let before = 0;
  let parts = 0;
  const rate = setInterval(() => {
    if (total - before < (minRate * rateWindowMs) / 1_000) slow();
    before = total;
  }, rateWindowMs);
  try {
    const announced = wholeNumber(headerOf(head, "content-length"));
    const encoding = headerOf(head, "content-encoding");
    // What is encoded says nothing before it is decoded.
    const arrival = isPlain(encoding) ? new Arrival(inspect, announced) : undefined;
    const spool = arrival && reading.spool;
    const body = await readBody(head.body, { maxBytes, announced, spool }, (now, soFar) => {
      total = now;
      if (soFar) return arrival?.take(now, soFar);
      const complete = Math.floor(now / (spool?.from ?? now));
      if (complete > parts) goesOn();
      parts = complete;
      return undefined;
    });
    const said = {
      contentType: headerOf(head, "content-type"),
      validators: validatorsOf(url, (name) => headerOf(head, name)),
      age: ageOf(head),
    };
    if (body.kind === "spooled") return { ...body, ...said };
    const decoded = body.kind === "whole" ? await decodeBody(body.bytes, encoding, maxBytes) : body;
    if (decoded.kind === "too-large")
      return { ...tooLarge(Math.max(maxBytes, spool?.maxBytes ?? 0)), ...agedBy(head) };
    if (decoded.kind === "no-room") return { ...noRoom(), ...agedBy(head) };
    if (decoded.kind === "refused") return { ...decoded.refusal, ...agedBy(head) };
    if (decoded.kind === "unreadable") return broken(decoded.reason);
    if (decoded.bytes.length === 0 && !mayBeEmpty?.()) return broken("Its answer is empty.");
    return {
      kind: "found",
      bytes: decoded.bytes,
      ...said,
      ...(arrival && { digest: arrival.digest(decoded.bytes) }),
      ...(arrival?.facts && { facts: arrival.facts }),
    };
  } finally {
    clearInterval(rate);
    head.body.destroy();
  }
}

const ageOf = (head: Head): number => wholeNumber(headerOf(head, "age")) ?? 0;

const agedBy = (head: Head): { readonly age?: number } => (ageOf(head) > 0 ? { age: ageOf(head) } : {});
