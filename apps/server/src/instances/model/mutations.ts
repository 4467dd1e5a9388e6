import type { SCHEDULES } from "./schedules.ts";

/** A rule taken out of the code: each text stands exactly once in its file, relative to the server's sources. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const LEASE = "instances/lease.ts";
const MEMBERSHIP = "instances/membership.ts";
const ACKNOWLEDGEMENTS = "instances/acknowledgements.ts";

/** Found by the schedule of the same name. */
export const BY_SCHEDULE: Readonly<Record<keyof typeof SCHEDULES, Mutation>> = {
  "past its lease an instance answers nothing from its caches": {
    file: LEASE,
    from: "const within = (elapsed: number) => elapsed >= 0 && elapsed < ms;",
    to: "const within = (elapsed: number) => elapsed >= 0 && elapsed < ms * 100;",
  },
  "the lease counts from before the heartbeat was sent": {
    file: MEMBERSHIP,
    from: "lease.renew(since);",
    to: "lease.renew(lease.moment());",
  },
  "what an instance catches up with is stated before its lease is renewed": {
    file: MEMBERSHIP,
    from: "      newest = await beat(parts.seen());\n",
    to: "      newest = applied;\n",
  },
  "what was committed until it stated so is applied too": {
    file: MEMBERSHIP,
    from: "      if (newest > applied) await parts.through(newest);\n",
    to: "",
  },
  "raised numbers void what was stated, not that a lease may hold": {
    file: ACKNOWLEDGEMENTS,
    from: "before.sequence <= applied || before.epoch !== row.epoch",
    to: "before.sequence <= applied",
  },
  "an instance states what it has applied, not what there is": {
    file: MEMBERSHIP,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the source
    from: "set applied = ${applied}, drained",
    to: "set applied = (select n from invalidation_sequence), drained",
  },
  "who was removed registers anew before it renews its lease": {
    file: MEMBERSHIP,
    from: "if (newest === undefined || newest > applied) {",
    to: "if (newest !== undefined && newest > applied) {",
  },
};

/** Found by the search alone. */
export const BY_SEARCH: Readonly<Record<string, Mutation>> = {
  "behind, a heartbeat does not renew": {
    file: MEMBERSHIP,
    from: "if (newest === undefined || newest > applied) {",
    to: "if (newest === undefined) {",
  },
  "nobody is skipped before a whole lease is over": {
    file: ACKNOWLEDGEMENTS,
    from: "time - Math.max(since, first) >= row.lease_ms * SLACK",
    to: "time - since >= row.lease_ms / 4",
  },
  "the slower clock has its tenth": {
    file: ACKNOWLEDGEMENTS,
    from: "const SLACK = 1.1;",
    to: "const SLACK = 0.9;",
  },
};
