import type { EffectiveValue, Remark } from "@freshet/core";

/** What an alias stands for, as settings write it. */
export type AliasSetting =
  | string
  | { readonly url: string }
  | { readonly folder: string }
  | Readonly<Record<string, unknown>>;

/** What of a project's settings concerns delivery URLs. */
export interface ProjectSettings {
  readonly hosts?: readonly string[];
  readonly aliases?: Readonly<Record<string, AliasSetting>>;
  readonly prefix?: string;
  readonly presets?: Readonly<Record<string, string>>;
  readonly rules?: readonly { readonly match: string; readonly parameters: string }[];
  readonly defaults?: string;
  readonly security?: { readonly unsigned?: "refuse" | "allow" };
  readonly sizes?: { readonly widths?: readonly number[]; readonly step?: number };
  readonly v7?: "both" | "required" | "absent";
  readonly v6?: boolean;
}

/** `GET /projects/{name}` */
export interface ProjectView {
  readonly name: string;
  readonly settings: ProjectSettings;
}

/** `GET /projects/{name}/explain` */
export interface Explanation {
  readonly project: string;
  readonly hosts?: readonly string[];
  readonly refused?: { readonly code: string; readonly sentence: string };
  readonly signature: { readonly by?: string; readonly covers: string; readonly expires?: string };
  readonly original?: {
    readonly written: string;
    readonly steps: readonly { readonly alias?: string; readonly text: string }[];
    readonly name: string;
    readonly tag: string;
    readonly from: readonly string[];
    readonly isAllowed: boolean;
  };
  readonly version?: string;
  readonly preset?: string;
  readonly parameters: readonly EffectiveValue[];
  readonly remarks: readonly Remark[];
  readonly format: {
    readonly requested?: readonly string[];
    readonly negotiated: readonly string[];
    readonly hints: readonly string[];
  };
}
