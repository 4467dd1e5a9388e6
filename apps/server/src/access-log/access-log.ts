import { ConfigError } from "../config.ts";
import type { AccessLogConfig } from "./config.ts";
import { type AccessLine, quoted, restOfLine } from "./line.ts";
import { LogFile } from "./log-file.ts";

/** The access log: a line of JSON per answer, or per so many. */
export interface AccessLog {
  answered(line: AccessLine, address: string | undefined, now: number): void;
  /** One more hit of a finished answer. */
  hit(line: HitLine, stamp: number, address: string | undefined, now: number): void;
  /** Opens the file anew; undefined where there is none. */
  readonly reopen: (() => void) | undefined;
  close(): Promise<void>;
  /** Lines that were written, and that were dropped because they came faster than they could be. */
  readonly written: number;
  readonly dropped: number;
}

/** What is the same in every line of one answer: made once, and again when its number has changed. */
export class HitLine {
  readonly #line: AccessLine;
  #stamp = -1;
  #rest = "";

  constructor(line: AccessLine) {
    this.#line = line;
  }

  restOf(stamp: number): string {
    if (this.#stamp !== stamp) {
      this.#stamp = stamp;
      this.#rest = restOfLine({ ...this.#line, stamp });
    }
    return this.#rest;
  }
}

/** @throws ConfigError where the file cannot be written to. */
export async function openAccessLog(
  { to, sample, address: withAddress, bufferBytes }: AccessLogConfig,
  failed: (error: unknown) => void,
): Promise<AccessLog> {
  const file = await LogFile.open({ to, bufferBytes, failed }).catch((error) => {
    throw new ConfigError([`accessLog.to names ${to}, which cannot be written to (${error.code ?? error}).`]);
  });
  const isWanted = createSampling(sample);
  const one = sample === 1 ? "" : `,"sample":${sample}`;
  let at = Number.NaN;
  let time = "";
  const firstOf = (address: string | undefined, now: number): string => {
    if (now !== at) {
      at = now;
      time = `{"time":"${new Date(now).toISOString()}"${one}`;
    }
    return withAddress && address !== undefined ? `${time},"address":${quoted(address)}` : time;
  };
  return {
    answered(line, address, now) {
      if (isWanted()) file.add(firstOf(address, now), restOfLine(line));
    },
    hit(line, stamp, address, now) {
      if (isWanted()) file.add(firstOf(address, now), line.restOf(stamp));
    },
    reopen: to === "stdout" ? undefined : () => file.reopen(),
    close: () => file.close(),
    get written() {
      return file.written;
    },
    get dropped() {
      return file.dropped;
    },
  };
}

/** One of so many on average, at no regular distance: what comes in turns is seen in its proportions. */
export function createSampling(of: number, random: () => number = Math.random): () => boolean {
  if (of === 1) return () => true;
  const next = () => 1 + Math.floor(random() * (2 * of - 1));
  let left = next();
  return () => {
    left -= 1;
    if (left > 0) return false;
    left = next();
    return true;
  };
}
