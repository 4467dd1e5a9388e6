import type { CdnDriver } from "@freshet/core";
import type { Observer } from "../analytics/recorder.ts";
import type { Originals } from "../cache/originals.ts";
import { createPatience } from "../cache/patience.ts";
import { codeOf, type Delivered } from "../delivery/deliver.ts";
import { observeRenders } from "../delivery/observed.ts";
import type { DeliveryRequest } from "../delivery/request.ts";
import { answer, type DeliveryRouteParts } from "../delivery/route.ts";
import { ERRORS, type ErrorCode, ServerError } from "../errors.ts";
import { bounded } from "../invalidation/lane.ts";
import { acceptsOf } from "./accepts.ts";
import type { UrlRow } from "./migrations.ts";
import type { FormatResult, NodeResult, Warmed } from "./results.ts";

export interface WarmParts
  extends Pick<DeliveryRouteParts, "requests" | "delivery" | "stateOf" | "admission"> {
  readonly originals: Pick<Originals, "isKept">;
  readonly drivers: readonly CdnDriver[];
  /** Hears of what is rendered: it costs no less than a visitor's. */
  readonly observer: Pick<Observer, "rendered">;
}

/** Codes of what may be gone in a moment. */
const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  ...(["ORIGIN_BROKEN", "ORIGIN_SLOW", "ORIGIN_DOWN", "SERVER_BUSY", "JOURNAL_AWAY"] as const),
  ...(["INSTANCE_BEHIND", "SETTINGS_CHANGED", "WARMUP_NOT_KEPT", "INTERNAL"] as const),
]);
/** A node may have to wait for an instance that has to read and render. */
const NODE_MS = 30_000;

/**
 * Warms one URL: asks for every answer that `Accept` leads to in the way that visitors' requests go, and then every node that can be
 * asked. `take` waits until the origin may be asked. Rejects only when the signal is aborted.
 */
export async function warm(
  parts: WarmParts,
  url: Pick<UrlRow, "project" | "host" | "target">,
  take: () => Promise<void>,
  signal: AbortSignal,
): Promise<Warmed> {
  const results: FormatResult[] = [];
  try {
    const read = await readyToAsk(parts, url, take);
    const accepts = acceptsOf(read.project.formats, read.url.transformation.encode);
    const etags = new Set<string>();
    for (const accept of accepts) {
      const { result, etag, isNegotiated } = await ask(parts, url, accept, signal);
      // Two ways to ask for the same answer are one, but both are kept under their own name.
      if (etag === undefined || !etags.has(etag)) results.push(result);
      if (etag !== undefined) etags.add(etag);
      // Without an answer, or where everybody gets the same one, the others would say nothing else.
      if (isNegotiated) continue;
      // Memory tells askers apart by what they take: who names nothing finds the same answer there.
      if (result.code === undefined) await ask({ ...parts, drivers: [] }, url, "*/*", signal);
      break;
    }
  } catch (error) {
    signal.throwIfAborted();
    results.push(failed(error, 0));
  }
  return summed(results);
}

/** Reads the URL as it is understood now, and waits until its original is here or may be asked for. */
async function readyToAsk(
  { requests, admission, originals }: WarmParts,
  { project, host, target }: Pick<UrlRow, "project" | "host" | "target">,
  take: () => Promise<void>,
): Promise<DeliveryRequest> {
  // Past the lease nothing is kept, so that nothing becomes warm.
  if ((await admission.enter(undefined)) !== "current") throw new ServerError("INSTANCE_BEHIND");
  const read = requests.read(host, target);
  if (read.project.name !== project) throw new ServerError("WARMUP_HOST_WRONG");
  const kept = read.sources.map((source, place) =>
    originals.isKept(source, place === 0 ? read.url.version : undefined),
  );
  const missing = (await Promise.all(kept)).filter((isKept) => !isKept).length;
  for (let taken = 0; taken < missing; taken += 1) await take();
  return read;
}

async function ask(
  parts: WarmParts,
  { host, target }: Pick<UrlRow, "host" | "target">,
  accept: string,
  signal: AbortSignal,
) {
  const begun = performance.now();
  const headers = { host, accept };
  try {
    const asker = { socket: {}, headers, patience: createPatience(signal) };
    const { delivered } = await answer(
      parts,
      asker,
      { host, target },
      "current",
      observeRenders(parts.observer, target),
    );
    if (typeof delivered === "string")
      throw new ServerError("WARMUP_NOT_KEPT", "Visitors are sent to the original itself.");
    const ms = Math.round(performance.now() - begun);
    const nodes = isKept(delivered)
      ? await askNodes(parts.drivers, { host, path: target, accept }, signal)
      : [];
    return {
      result: resultOf(delivered, ms, nodes),
      etag: delivered.answer.etag,
      isNegotiated: /\baccept\b(?!-)/i.test(headerOf(delivered, "Vary")),
    };
  } catch (error) {
    signal.throwIfAborted();
    const result = failed(error, Math.round(performance.now() - begun));
    // Of one format that is too dear nothing follows for the others.
    return { result, etag: undefined, isNegotiated: /^IMAGE_TOO/.test(result.code ?? "") };
  }
}

function resultOf(delivered: Delivered, ms: number, nodes: readonly NodeResult[]): FormatResult {
  const { from, stamp } = delivered;
  const { body, contentType } = delivered.answer;
  const code = isKept(delivered) ? nodes.find((each) => each.code !== undefined)?.code : "WARMUP_NOT_KEPT";
  return {
    format: /^image\/([a-z]+)/.exec(contentType)?.[1] ?? null,
    ...{ status: 200, bytes: body.length, ms, from, stamp },
    ...(code === undefined ? {} : { code }),
    nodes,
  };
}

/** Some answers nobody may keep, for example one that an invalidation overtook. */
const isKept = (delivered: Delivered): boolean => headerOf(delivered, "Cache-Control") !== "no-store";

function headerOf({ answer: { head } }: Delivered, name: string): string {
  const place = head.findIndex((each, at) => at % 2 === 0 && each === name);
  return place === -1 ? "" : (head[place + 1] ?? "");
}

async function askNodes(
  drivers: readonly CdnDriver[],
  request: { readonly host: string; readonly path: string; readonly accept: string },
  stopping: AbortSignal,
): Promise<readonly NodeResult[]> {
  const probing = drivers.flatMap((driver) => (driver.probe ? [driver] : []));
  return Promise.all(
    probing.map(async (driver) => {
      try {
        const { status, cache } = await bounded(NODE_MS, stopping, async (signal) => {
          const probe = await driver.probe?.({ ...request, isWhole: true }, signal);
          return probe ?? { status: null, cache: null };
        });
        // A node that passes a request on keeps nothing of it.
        const isWarm = status === 200 && cache !== "pass";
        return { node: driver.name, status, cache, ...(isWarm ? {} : { code: "NODE_NOT_WARM" }) };
      } catch (error) {
        stopping.throwIfAborted();
        const { code } = error as { readonly code?: unknown };
        const text = typeof code === "string" && /^[A-Z_]{3,60}$/.test(code) ? code : "NODE_BROKEN";
        return { node: driver.name, status: null, cache: null, code: text };
      }
    }),
  );
}

function failed(error: unknown, ms: number): FormatResult {
  const { code } = codeOf(error);
  return {
    format: null,
    status: ERRORS[code].status,
    bytes: 0,
    ms,
    from: null,
    stamp: null,
    code,
    nodes: [],
  };
}

function summed(results: readonly FormatResult[]): Warmed {
  const codes = results.flatMap(({ code }) => code ?? []);
  const isWarmHere = results.some(({ code, nodes }) => code === undefined || nodes.length > 0);
  const [code = null] = codes;
  return {
    outcome: codes.length === 0 ? "warm" : isWarmHere ? "partly" : "failed",
    code,
    detail: code !== null && code in ERRORS ? ERRORS[code as ErrorCode].sentence : null,
    results,
    isPassing: codes.some((each) => PASSING.has(each) || each.startsWith("NODE_")),
  };
}
