import type { ProjectSummary } from "../../api/projects.ts";
import type { Members } from "./settings/paths.ts";

/** `GET /projects/{name}`; the ETag names its version. */
export interface ProjectView extends ProjectSummary {
  /** Secrets are masks; a mask that is sent back keeps its secret. */
  readonly settings: Members;
  /** JSON pointers to what the configuration file pins; "" is everything. */
  readonly pinned: readonly string[];
}

/** What changes a project answers with. */
export interface ProjectChanged extends ProjectView {
  readonly invalidations: readonly string[];
}

/** One version of a project's settings; of the one that ended the project there are none. */
export interface VersionView {
  readonly version: number;
  readonly at: string;
  readonly principal: string;
  readonly address: string;
  readonly note?: string;
  readonly deleted?: boolean;
  readonly settings?: Members;
}

/** One uploaded file. */
export interface FileView {
  readonly name: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly digest: string;
  readonly at: string;
  readonly principal: string;
  readonly paths: readonly string[];
  readonly uses: readonly ("watermark" | "placeholder")[];
}

/** What a trial of a source told. */
export interface TrialView {
  readonly original: { readonly name: string; readonly kind: string };
  readonly outcome: "found" | "missing" | "refused";
  readonly code?: string;
  readonly sentence?: string;
  readonly reason?: string;
  readonly ms: number;
  readonly steps: readonly {
    readonly url: string;
    readonly networks: readonly string[];
    readonly reach: "public" | "private";
    readonly status?: number;
    readonly redirect?: string;
    readonly ms: number;
    readonly fault?: string;
  }[];
  readonly found?: {
    readonly contentType?: string;
    readonly format?: string;
    readonly width?: number;
    readonly height?: number;
    readonly bytes: number;
    readonly digest: string;
    readonly validator: "etag" | "last-modified" | "none";
  };
}

interface Given {
  readonly value: string;
  readonly layer: "sealed" | "preset" | "url" | "rule" | "default";
  readonly by?: string;
}

/** What a project makes of a delivery URL. */
export interface ExplanationView {
  readonly refused?: { readonly code: string; readonly sentence: string };
  readonly signature: { readonly by?: string; readonly covers: string; readonly expires?: string };
  readonly original?: {
    readonly written: string;
    readonly steps: readonly { readonly alias?: string; readonly text: string }[];
    readonly name: string;
    readonly from: readonly string[];
    readonly isAllowed: boolean;
  };
  readonly version?: string;
  readonly preset?: string;
  readonly parameters: readonly (Given & { readonly name: string; readonly overrides: readonly Given[] })[];
  readonly remarks: readonly {
    readonly parameter: string;
    readonly text: string;
    readonly expected: string;
  }[];
  readonly format: { readonly requested?: readonly string[]; readonly negotiated: readonly string[] };
}

interface PurgeView {
  readonly invalidation: string;
  readonly at?: string;
}

/** One CDN node and how it is. */
export interface NodeView {
  readonly name: string;
  readonly driver: string;
  readonly ending: "fenced" | "probed";
  readonly purges: readonly string[];
  readonly isProbed: boolean;
  readonly limits: { readonly batch: number; readonly perMinute?: number; readonly settleMs?: number };
  readonly state: "in_step" | "behind" | "failed" | "away";
  readonly waiting: number;
  readonly lag: number;
  readonly waiting_since?: string;
  readonly last_success?: PurgeView;
  readonly last_error?: PurgeView & { readonly reason: string };
  readonly heard_at?: string;
  readonly trouble?: string;
  readonly circuit: { readonly state: "closed" | "open"; readonly failures: number; readonly until?: string };
}
