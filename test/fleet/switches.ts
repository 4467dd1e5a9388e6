import type { Change as VarnishChange } from "../storm/without.ts";
import type { NginxChange } from "../storm/without-nginx.ts";
import type { Edit } from "./server-without.ts";

/** A fleet as a storm meets it: shipped, under a magnifying glass, or with a rule switched off. */
export interface Scene {
  /** Of every server. */
  readonly edits?: readonly Edit[];
  readonly varnish?: readonly VarnishChange[];
  readonly nginx?: readonly NginxChange[];
  readonly leaseMs?: number;
  /** An answer is never longer on its way from a server to a node. Without it: about as long as an invalidation takes. */
  readonly longestTransitMs?: number;
  /** Server 0 leads at every node, and has been out of reach of PostgreSQL since it knew every picture. */
  readonly isFirstParted?: boolean;
}

/** A rule that is switched off. What the storm finds must be nothing with the glass alone. */
export interface Switch {
  readonly off: string;
  /** What is as it is in the scene of `glass` too. */
  readonly scene: Scene;
}

const DRAINED = 'await parts.acknowledgements.through(sequence, "drained", stopping);';
const DRAINED_AND_ARRIVED = `${DRAINED}\n    await new Promise((resolve) => setTimeout(resolve, 600));`;

/** Scenes in which a rule can be seen to matter, beside the one as shipped. */
export const GLASSES = {
  /**
   * An edge that only purges, as a bought CDN does, and that the servers know to be such: behind a fence the order of the tiers
   * cannot be seen. Servers take half a second to apply what another one accepted. Such a node keeps whatever arrives behind its purge,
   * so it is purged twice as long after the servers were drained as an answer may be on its way: all of them have arrived.
   */
  "nodes that only purge": {
    leaseMs: 4_000,
    longestTransitMs: 300,
    varnish: ["the fence"],
    edits: [
      {
        file: "server.js",
        from: "createDrivers(config.drivers)",
        to: 'createDrivers(config.drivers).map((driver) => ({ ...driver, ending: "probed" }))',
      },
      {
        file: "invalidation/follow.js",
        from: "        for (const { id, sequence, project, scope } of entries) {",
        to: "        if (entries.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));\n        for (const { id, sequence, project, scope } of entries) {",
      },
      {
        file: "invalidation/pipeline.js",
        from: DRAINED,
        to: DRAINED_AND_ARRIVED,
      },
    ],
  },
  /**
   * Its clocks stand still, as those of a machine that sleeps: the lease, which would do without the demand, never ends. Visitors who
   * ask that server itself have no edge that demands anything; only answers of nodes are compared.
   */
  "a skipped server whose lease does not end": {
    isFirstParted: true,
    edits: [
      {
        file: "instances/lease.js",
        from: "const within = (elapsed) => elapsed >= 0 && elapsed < ms;",
        to: "const within = (elapsed) => elapsed >= 0;",
      },
    ],
  },
} as const satisfies Readonly<Record<string, Scene>>;

export const SWITCHES: readonly Switch[] = [
  { off: "the fence of Varnish", scene: { varnish: ["the fence"] } },
  { off: "the fence of nginx", scene: { nginx: ["the check on use"] } },
  {
    off: "stamping before the origin is asked",
    scene: {
      edits: [
        {
          file: "cache/originals.js",
          from: "const asking = { original, stamp, order, at, floor, confirmed };",
          to: "const asking = { original, stamp: coverage.applied, order, at, floor, confirmed };",
        },
      ],
    },
  },
  {
    off: "refusing to join old flights",
    scene: {
      edits: [
        {
          file: "cache/originals.js",
          from: "return running && running.stamp >= this.#parts.coverage.floor(identity) ? running : undefined;",
          to: "return running;",
        },
        // The second line of defence: what a flight brought is compared once more when it has landed.
        {
          file: "cache/originals.js",
          from: "if (record && isCovered && landed > 0 && record.stamp >= heard) {",
          to: "if (record && isCovered && landed > 0 && heard >= 0) {",
        },
      ],
    },
  },
  {
    off: "inside before outside",
    scene: {
      ...GLASSES["nodes that only purge"],
      edits: [
        ...GLASSES["nodes that only purge"].edits,
        // Done still waits for every server; the nodes do not.
        {
          file: "invalidation/pipeline.js",
          from: "    if (!outcomes)\n        await acknowledged(parts, row, stopping);\n",
          to: "",
        },
        {
          file: "invalidation/pipeline.js",
          from: DRAINED_AND_ARRIVED,
          to: "[];",
        },
      ],
    },
  },
  {
    off: "the demand",
    scene: {
      ...GLASSES["a skipped server whose lease does not end"],
      edits: [
        ...GLASSES["a skipped server whose lease does not end"].edits,
        {
          file: "instances/admission.js",
          from: "const demandOf = (header) => header === undefined ? undefined : readDemand(header);",
          to: "const demandOf = () => undefined;",
        },
      ],
    },
  },
];
