import type { ComponentType } from "react";
import { Aliases } from "./sections/aliases.tsx";
import { Caching } from "./sections/caching.tsx";
import { Everything } from "./sections/everything.tsx";
import { Formats } from "./sections/formats.tsx";
import { Hosts } from "./sections/hosts.tsx";
import { Pictures } from "./sections/pictures.tsx";
import { Presets } from "./sections/presets.tsx";
import { Rules } from "./sections/rules.tsx";
import { Signatures } from "./sections/signatures.tsx";
import { Tags } from "./sections/tags.tsx";
import { Whitelist } from "./sections/whitelist.tsx";

export interface Section {
  /** Last step of its address. */
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  /** JSON pointers to the settings that it shows. */
  readonly owns: readonly string[];
  readonly Shown: ComponentType;
}

/** The settings of a project in the order in which somebody sets one up. */
export const SECTIONS: readonly Section[] = [
  {
    id: "hosts",
    title: "Hosts and URLs",
    lead: "Under which names this project answers, and how its delivery URLs are written.",
    owns: ["/hosts", "/prefix", "/v7", "/v6", "/forwardQuery"],
    Shown: Hosts,
  },
  {
    id: "sources",
    title: "Sources and aliases",
    lead: "Where originals come from: websites, buckets, folders. Each alias is a short name for the beginning of an address.",
    owns: ["/aliases", "/origins/headers", "/origins/versionParameter"],
    Shown: Aliases,
  },
  {
    id: "whitelist",
    title: "Whitelist",
    lead: "Hosts that delivery URLs may name in full. Aliases and the prefix work without being listed.",
    owns: ["/origins/allow", "/origins/allowPrivate"],
    Shown: Whitelist,
  },
  {
    id: "presets",
    title: "Presets",
    lead: "Parameters under a name: p=<name> in a URL stands for all of them.",
    owns: ["/presets"],
    Shown: Presets,
  },
  {
    id: "rules",
    title: "Rules",
    lead: "Parameters for every URL whose path contains a text, and for all that say nothing else. Paste a URL below to see what applies.",
    owns: ["/rules", "/defaults"],
    Shown: Rules,
  },
  {
    id: "signatures",
    title: "Signatures and sizes",
    lead: "Who may make URLs: signed and sealed ones, and the sizes that unsigned ones may ask for.",
    owns: ["/security", "/sizes"],
    Shown: Signatures,
  },
  {
    id: "caching",
    title: "Caching",
    lead: "For how long answers are kept where invalidations do not reach, and what stands in while an origin is down.",
    owns: ["/cache", "/origins/staleWhileRevalidate", "/origins/staleIfError", "/origins/rememberMissing"],
    Shown: Caching,
  },
  {
    id: "formats",
    title: "Formats and quality",
    lead: "Which formats browsers get, in which colours, and how much is compressed where the URL does not say.",
    owns: ["/formats", "/gamut", "/improve", "/minify", "/hints"],
    Shown: Formats,
  },
  {
    id: "pictures",
    title: "Watermark and placeholder",
    lead: "Pictures of your own: one that is laid over others, and one that stands in for what is missing.",
    owns: ["/watermark", "/missing"],
    Shown: Pictures,
  },
  {
    id: "tags",
    title: "Tags",
    lead: "Names by which originals are invalidated together.",
    owns: ["/tags"],
    Shown: Tags,
  },
  {
    id: "everything",
    title: "Everything as JSON",
    lead: "All settings in one text, for whoever copies them from somewhere else, and the end of the project.",
    owns: [],
    Shown: Everything,
  },
];
