/** A rule taken out of the code: each text stands exactly once in its file, relative to the server's sources. */
export interface Mutation {
  readonly rule: string;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

const ORIGINALS = "cache/originals.ts";
const SUCCESSION = "cache/succession.ts";
const RECORDS = "cache/records.ts";
const COVERAGE = "cache/coverage.ts";
const FLOORS = "cache/floors.ts";
const DELIVER = "delivery/deliver.ts";
const LIFETIME = "delivery/lifetime.ts";

const one = (rule: string, file: string, from: string, to: string): Mutation => ({
  rule,
  edits: [{ file, from, to }],
});

/** The second line of defence: behind it several of the others cannot be seen to be missing. */
const NO_GUARD = {
  file: ORIGINALS,
  from: "if (record && isCovered && landed > 0 && record.stamp >= heard) {",
  to: "if (record && isCovered && landed > 0 && heard >= 0) {",
};

/** What must never go unnoticed. */
export const FIRST_RULES: readonly Mutation[] = [
  one(
    "a fill is stamped before the origin is asked",
    ORIGINALS,
    "const asking = { original, stamp, order, at, floor, confirmed };",
    "const asking = { original, stamp: coverage.applied, order, at, floor, confirmed };",
  ),
  one(
    "an answer carries the number read before its record was found, not the one at its end",
    DELIVER,
    "return { answer: answer.answer, ...common, from: found.from };",
    "return { answer: answer.answer, ...common, stamp: this.#parts.coverage.applied, from: found.from };",
  ),
  {
    rule: "nobody joins a flight from before an invalidation",
    edits: [
      {
        file: ORIGINALS,
        from: "return running && running.stamp >= this.#parts.coverage.floor(identity) ? running : undefined;",
        to: "return running;",
      },
      NO_GUARD,
    ],
  },
  {
    rule: "the memory tier is checked against coverage",
    edits: [
      {
        file: ORIGINALS,
        from: "if (record.stamp < this.#parts.coverage.floor(original.identity)) return undefined;",
        to: "",
      },
      {
        file: DELIVER,
        from: "if (generation !== answer.generation) return undefined;",
        to: "",
      },
    ],
  },
  {
    rule: "a 304 that was not asked for is no answer",
    edits: [
      {
        file: ORIGINALS,
        from: 'answer.kind === "unchanged" && !confirmed ? UNASKED_304 : answer',
        to: "answer",
      },
      NO_GUARD,
    ],
  },
  {
    rule: "a 304 confirms only the revision whose validators were sent",
    edits: [
      {
        file: SUCCESSION,
        from: "if (!known || known.outcome !== confirmed?.outcome) return undefined;",
        to: "if (!known || (!confirmed && order < 0)) return undefined;",
      },
      {
        file: ORIGINALS,
        from: 'answer.kind === "unchanged" && !confirmed ? UNASKED_304 : answer',
        to: "answer",
      },
    ],
  },
  one(
    "an invalidation leads to an unconditional request",
    ORIGINALS,
    "const fresh = caller || floor.sequence > settled;",
    "const fresh = caller || (floor.sequence < 0 && settled < 0);",
  ),
  one(
    "what was covered before a restart is covered after it",
    COVERAGE,
    "for (const { mark, sequence } of inOrder) if (sequence > this.#applied) this.#raise(mark, sequence);",
    "",
  ),
  one(
    "a version is confirmed only by what was sent after it was first seen",
    ORIGINALS,
    "if (record.order > seen) return",
    "if (record.order > 0) return",
  ),
  one(
    "what an invalidation covers does not answer while its origin is asked",
    ORIGINALS,
    "if (record && !isCovered && landed === 0 && !isPatient) {",
    "if (record && landed === 0 && !isPatient) {",
  ),
  one(
    "what nobody confirmed is kept nowhere",
    LIFETIME,
    'if (answer.covered || answer.trust === "unconfirmed") return NO_STORE;',
    "if (answer.covered) return NO_STORE;",
  ),
];

/** The rest; some of these rules take hundreds of stories to be missed. */
export const FURTHER_RULES: readonly Mutation[] = [
  one(
    "an answer carries the instance's number, not its record's",
    ORIGINALS,
    'if (trust === "exact" || trust === "known") return { record, stamp, trust, covered: false };',
    'if (trust === "exact" || trust === "known") return { record, stamp: record.stamp, trust, covered: false };',
  ),
  one(
    "equal questions share a flight",
    ORIGINALS,
    "return running && running.stamp >= this.#parts.coverage.floor(identity) ? running : undefined;",
    "return undefined;",
  ),
  one(
    "a covered record is not used",
    ORIGINALS,
    "const isCovered = record !== undefined && record.stamp < floor;",
    "const isCovered = false;",
  ),
  one(
    "the memory tier is checked against the record",
    DELIVER,
    "if (current.record.outcome.digest !== answer.digests[place]) return undefined;",
    "",
  ),
  one(
    "an error does not settle an invalidation",
    ORIGINALS,
    'const settled = known?.outcome.kind === "bytes" && !known.doubtful ? known.stamp : 0;',
    "const settled = known?.doubtful ? 0 : (known?.stamp ?? 0);",
  ),
  one(
    "a doubtful record is asked for past every cache again",
    ORIGINALS,
    'const settled = known?.outcome.kind === "bytes" && !known.doubtful ? known.stamp : 0;',
    'const settled = known?.outcome.kind === "bytes" ? known.stamp : 0;',
  ),
  one(
    "records are replaced in order",
    RECORDS,
    "isYounger(known, record) && (isSaid(known) || record.stamp < floor)",
    "known.stamp > record.stamp",
  ),
  one(
    "an answer with an old Age is doubted",
    SUCCESSION,
    "const doubtful = floor.sequence > 0 && age > 0 && oldest < floor.at;",
    "const doubtful = floor.sequence < 0 && oldest < floor.at;",
  ),
  one(
    "Age is counted from when the origin was asked",
    SUCCESSION,
    "const oldest = asking.at - (age + 1) * 1000;",
    "const oldest = now - (age + 1) * 1000;",
  ),
  one(
    "a copy from before an invalidation replaces nothing that was read after it",
    SUCCESSION,
    "if (doubtful && good) return { ...good, expires: doubted };",
    "",
  ),
  one(
    "neither a failure nor an old copy stands in the way of what the origin says",
    RECORDS,
    "isYounger(known, record) && (isSaid(known) || record.stamp < floor)",
    "floor >= 0 && isYounger(known, record)",
  ),
  one(
    "Age was rounded down",
    SUCCESSION,
    "const oldest = asking.at - (age + 1) * 1000;",
    "const oldest = asking.at - age * 1000;",
  ),
  one(
    "what is doubtful lives for five seconds altogether",
    ORIGINALS,
    "Math.max(0, Math.floor((record.expires - this.#parts.now()) / 1_000))",
    "5",
  ),
  {
    rule: "stale answers for a broken origin end with an invalidation",
    edits: [
      {
        file: SUCCESSION,
        from: "known && known.stamp >= floor.sequence && isSaid(known)",
        to: "known && isSaid(known)",
      },
      NO_GUARD,
    ],
  },
  one(
    "nothing stands in for a failing origin for longer than the project allows",
    SUCCESSION,
    'if (good.outcome.kind !== "bytes" || now >= end) return undefined;',
    'if (good.outcome.kind !== "bytes" || now < 0) return undefined;',
  ),
  one(
    "nothing expired is given out under a version that nobody confirmed",
    ORIGINALS,
    "if (record.stale) throw new ServerError(record.stale.code);",
    "",
  ),
  one(
    "nothing expired answers while its origin is asked for longer than the project allows",
    SUCCESSION,
    "if (now < record.expires || now >= until) return undefined;",
    "if (now < record.expires) return undefined;",
  ),
  one(
    "nothing expired answers while its origin is asked about a new version",
    SUCCESSION,
    'return trust === "exact" || trust === "known" ? until : undefined;',
    "return until;",
  ),
  one(
    "what an old cache said has no time beyond its own",
    SUCCESSION,
    'if (record.outcome.kind !== "bytes" || record.doubtful || record.stale) return undefined;',
    'if (record.outcome.kind !== "bytes" || record.stale) return undefined;',
  ),
  one(
    "what stands in for a failing origin has no time beyond its own",
    SUCCESSION,
    'if (record.outcome.kind !== "bytes" || record.doubtful || record.stale) return undefined;',
    'if (record.outcome.kind !== "bytes" || record.doubtful) return undefined;',
  ),
  one(
    "an origin is asked once while an expired record answers",
    ORIGINALS,
    "const flight = this.#running(original) ?? this.#start(original, false);",
    "const flight = this.#start(original, false);",
  ),
  one(
    "caches keep an answer for a second while its origin is asked",
    ORIGINALS,
    "return Math.min(REVALIDATING_SECONDS, Math.max(0, left));",
    "return Math.max(0, left);",
  ),
  one(
    "a content version of other bytes lives for seconds",
    LIFETIME,
    'if (answer.doubtful !== undefined || answer.trust === "unmatched") {',
    "if (answer.doubtful !== undefined) {",
  ),
  one(
    "only the version of the bytes themselves is immutable",
    SUCCESSION,
    'if (digest !== undefined && versionOfDigest(digest) === version) return "exact";',
    'if (digest !== undefined) return "exact";',
  ),
  one(
    "an invalidation of the project covers its originals",
    FLOORS,
    "let floor = newer(this.#whole, this.#named.get(tag));",
    "let floor = this.#named.get(tag) ?? NEVER;",
  ),
  one(
    "an invalidation of a tag covers what has it",
    FLOORS,
    "for (const each of userTags) floor = newer(floor, this.#named.get(each));",
    "",
  ),
  one(
    "an invalidation of a folder covers what is in it",
    "cache/prefix-floors.ts",
    "if (floor && floor.sequence > newest.sequence) newest = floor;",
    "",
  ),
  one(
    "an invalidation of a beginning covers what begins so",
    "cache/prefix-floors.ts",
    "if (other && other.sequence > newest.sequence) newest = other;",
    "",
  ),
  one(
    "of two floors the newer counts, whatever their scopes",
    FLOORS,
    "return other && other.sequence > one.sequence ? other : one;",
    "return other ?? one;",
  ),
  one(
    "answers carry the tags of their folders and of the user",
    "delivery/tags.ts",
    "...sources.flatMap(wideTagsOf),",
    "",
  ),
  one(
    "evicted bytes are fetched once for everyone",
    ORIGINALS,
    "await landing(this.#running(original) ?? this.#start(original, true), original);",
    "await landing(this.#start(original, true), original);",
  ),
];
