import { defaultsOf, type ValueOf } from "../config/shape.ts";
import { ANALYTICS_SCHEMA } from "./schema.ts";

type Section = ValueOf<typeof ANALYTICS_SCHEMA>;

/** For how many days something is kept, and how many rows at most. */
interface Kept {
  readonly days: number;
  readonly most: number;
}

/** What analytics keep, completed with defaults. */
export interface AnalyticsConfig {
  readonly enabled: boolean;
  readonly lines: Kept;
  readonly tenMinutes: Kept;
  readonly counts: Kept;
  readonly days: Kept;
  /** Milliseconds from which on a download is slow. */
  readonly slowMs: number;
  readonly countryHeader: string | undefined;
}

/** The effective policy. */
export function readAnalytics(section: Section = {}): AnalyticsConfig {
  const { properties } = ANALYTICS_SCHEMA;
  return {
    ...defaultsOf(ANALYTICS_SCHEMA),
    countryHeader: undefined,
    ...section,
    lines: { ...defaultsOf(properties.lines), ...section.lines },
    tenMinutes: { ...defaultsOf(properties.tenMinutes), ...section.tenMinutes },
    counts: { ...defaultsOf(properties.counts), ...section.counts },
    days: { ...defaultsOf(properties.days), ...section.days },
  };
}
