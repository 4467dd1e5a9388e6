/** How a URL of a warm-up is. */
export const OUTCOMES = ["waiting", "warm", "partly", "failed", "refused", "stopped"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A warm-up as `GET /warmup` lists it; of one alone the API says how fast it goes as well. */
export interface WarmUp {
  readonly id: string;
  readonly state: "running" | "done" | "stopped";
  readonly desc?: string;
  readonly added_by: string;
  readonly added_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly expires_at: string;
  readonly duplicates: number;
  readonly urls: Readonly<Record<Outcome, number>>;
  readonly answers: number;
  readonly bytes: number;
  readonly rate?: number;
  readonly seconds_left?: number | null;
}

export interface NodeResult {
  readonly node: string;
  readonly status: number | null;
  readonly cache: string | null;
  readonly code?: string;
}

export interface FormatResult {
  readonly format: string | null;
  readonly status: number;
  readonly bytes: number;
  readonly ms: number;
  readonly from: string | null;
  readonly code?: string;
  readonly nodes: readonly NodeResult[];
}

export interface WarmUpUrl {
  readonly place: number;
  readonly url: string;
  readonly host?: string;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly detail?: string;
  readonly attempts: number;
  readonly ended_at: string | null;
  readonly formats: readonly FormatResult[];
}

/** What the API says of a list that it took. */
export interface Added {
  readonly id: string;
  readonly count_added: number;
  readonly count_failed: number;
  readonly msg: string;
}

export const allOf = ({ urls }: WarmUp): number => OUTCOMES.reduce((sum, each) => sum + urls[each], 0);
export const endedOf = (warmUp: WarmUp): number => allOf(warmUp) - warmUp.urls.waiting;
