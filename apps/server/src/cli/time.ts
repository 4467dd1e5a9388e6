import { usage } from "./exits.ts";

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LATEST = 8.64e15;

/**
 * A time as options carry it: ISO 8601, or a span from now such as 90s, 15m, 12h or 30d.
 * @throws CliError USAGE for what is neither, or is over.
 */
export function readTime(option: string, text: string, now = Date.now()): Date {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d{2}-\d{2}(T\S{1,30})?$/.test(text);
  const at =
    count !== undefined
      ? now + Number(count) * SECONDS[unit as keyof typeof SECONDS] * 1_000
      : isTime
        ? Date.parse(text)
        : Number.NaN;
  if (Number.isNaN(at) || at > LATEST) {
    throw usage(
      `${option} is no time; write one such as 2030-01-31T12:00:00Z, or a span such as 90s, 15m, 12h or 30d.`,
    );
  }
  if (at <= now) throw usage(`${option} is over already.`);
  return new Date(at);
}

/** Whole seconds of a span, e.g. "120", "90s" or "2m". */
export function readSpan(option: string, text: string): number {
  const [, count, unit = "s"] = /^(\d{1,6})([smhd])?$/.exec(text) ?? [];
  if (count === undefined) throw usage(`${option} is no span; write one such as 120, 90s or 2m.`);
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
