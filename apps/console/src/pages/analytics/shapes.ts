/** Widths of a step of a series. */
export const STEPS = ["10m", "hour", "day"] as const;
export type Step = (typeof STEPS)[number];

/** What each answer begins with: UTC times, `to` excluded. */
export interface Head {
  readonly project: string | null;
  readonly from: string;
  readonly to: string;
  readonly step: Step;
}

interface Extent {
  readonly average_bytes: number;
  readonly most_bytes: number;
}

interface Range extends Extent {
  readonly least_bytes: number;
}

/** disk: what all instances keep. in_use: all different pictures that were delivered on a day, each once. */
export type Measure = "disk" | "in_use";

/** Figures of one step that begins at `at`; null where nothing can be said. */
export type SeriesRow = { readonly at: string } & Readonly<Record<string, number | string | null>>;

/** `GET /stats/overview` */
export interface OverviewAnswer extends Head {
  readonly totals: {
    readonly requests: number;
    readonly bytes: number;
    readonly resized: number;
    readonly downloaded: number;
    readonly cache: Extent & { readonly measure: Measure };
  };
  /** "" is hosts that no project answers to. */
  readonly projects: readonly {
    readonly project: string;
    readonly requests: number;
    readonly bytes: number;
    readonly cache: Extent;
  }[];
  readonly series: readonly SeriesRow[];
}

export interface Peak {
  readonly at: string;
  readonly value: number;
}

interface Volume {
  readonly total: number;
  readonly average_per_day: number;
  readonly peak_day: Peak | null;
  readonly peak_10m: Peak | null;
}

/** `GET /stats/volumetry` */
export interface VolumetryAnswer extends Head {
  readonly requests: Volume;
  readonly traffic: Volume;
  readonly unique: {
    readonly originals: number;
    readonly variants: number;
    readonly variants_per_original: number | null;
    readonly originals_per_variant: number | null;
    readonly is_exact: boolean;
  };
  readonly cache: {
    readonly measure: Measure;
    readonly originals: Range;
    readonly variants: Range;
    readonly total: Range;
  };
  readonly series: readonly SeriesRow[];
}

interface Saving {
  readonly requests: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly saved_bytes: number;
  readonly saving: number | null;
}

/** `GET /stats/optimization` */
export interface OptimizationAnswer extends Head {
  readonly totals: Saving;
  readonly formats: readonly (Saving & { readonly format: string })[];
  readonly resizes: readonly {
    readonly format: string;
    readonly count: number;
    readonly bytes_in: number;
    readonly bytes_out: number;
    readonly average_ms: number;
  }[];
  readonly series: readonly SeriesRow[];
}

interface Counted {
  readonly requests: number;
  readonly bytes: number;
}

interface Times {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** `GET /stats/delivery` */
export interface DeliveryAnswer extends Head, Counted {
  readonly hits: number;
  readonly hit_ratio: number | null;
  readonly sources: readonly (Counted & { readonly from: string })[];
  readonly statuses: readonly (Counted & { readonly status: number })[];
  readonly errors: readonly { readonly code: string; readonly requests: number }[];
  readonly times: { readonly all: Times; readonly misses: Times };
  readonly buckets: readonly { readonly up_to_ms: number | null; readonly requests: number }[];
  readonly origins: readonly {
    readonly origin: string;
    readonly downloads: number;
    readonly failed: number;
    readonly slow: number;
    readonly bytes: number;
    readonly average_ms: number;
  }[];
  readonly countries: readonly (Counted & { readonly country: string })[];
  readonly edge: { readonly requests: number; readonly hits: number; readonly hit_ratio: number } | null;
  readonly series: readonly SeriesRow[];
}

/** `GET /stats/top` */
export interface TopAnswer extends Omit<Head, "step"> {
  readonly is_exact: boolean;
  readonly missing_at_most: number;
  readonly rows: readonly {
    readonly rank: number;
    readonly name: string;
    readonly project: string;
    readonly hits: number;
    readonly bytes: number;
    readonly share: number | null;
  }[];
}
