import { type Parameters, type Preset, readAddress, USUAL_PRESETS } from "../api/place.ts";
import type { Policy } from "../api/shapes.ts";
import type { EditorState } from "./assignments.ts";
import { faultOfQuery, queriesOf } from "./queries.ts";

/** What is being written on the configuration screen. */
export interface Draft {
  readonly connector: string;
  /** Empty leaves the key as it is. */
  readonly apiKey: string;
  /** Empty leaves the secrets as they are. */
  readonly webhookSecret: string;
  readonly policy: Policy;
  /** The policy that the form last took over; what differs from it was written by the person. */
  readonly known: Policy;
  /** Queries, one a line. */
  readonly warm: string;
  readonly presets: readonly Preset[];
  readonly editors: EditorState;
}

/** As the connector begins, until it has said otherwise. */
const FIRST_POLICY: Policy = {
  follow: true,
  replaced: "purge",
  unpublished: "purge",
  deleted: "purge",
  warm: [],
};

export const draftOf = (parameters: Parameters, editors: EditorState): Draft => ({
  connector: parameters.connector ?? "",
  apiKey: "",
  webhookSecret: "",
  policy: FIRST_POLICY,
  known: FIRST_POLICY,
  warm: "",
  presets: parameters.presets ?? USUAL_PRESETS,
  editors,
});

/** Takes over what the connector keeps, except where a person has written something else while it was asked for. */
export function takeOver(draft: Draft, said: Policy): Draft {
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const written = Object.entries(draft.policy).filter(
    ([key, value]) => !isSame(value, draft.known[key as keyof Policy]),
  );
  const isWarmWritten = !isSame(queriesOf(draft.warm), draft.known.warm);
  return {
    ...draft,
    policy: { ...said, ...Object.fromEntries(written) },
    known: said,
    warm: isWarmWritten ? draft.warm : said.warm.join("\n"),
  };
}

/** What keeps the draft from being saved, by the part of the screen; empty when nothing does. */
export function faultsOf(draft: Draft, needsConnector: boolean): ReadonlyMap<keyof Draft, string> {
  const faults = new Map<keyof Draft, string>();
  if (needsConnector && readAddress(draft.connector) === undefined)
    faults.set("connector", "Write the connector's address, such as https://images.example.com.");
  if (draft.apiKey !== "" && !/^[\x21-\x7e]{8,200}$/.test(draft.apiKey.trim()))
    faults.set("apiKey", "An API key has 8 to 200 letters, digits and signs.");
  if (draft.webhookSecret !== "" && !/^[0-9a-zA-Z+/=_-]{64}$/.test(draft.webhookSecret.trim()))
    faults.set("webhookSecret", "A signing secret has 64 letters, digits and +/=_-.");
  const odd = queriesOf(draft.warm).flatMap((query) => {
    const fault = faultOfQuery(query);
    return fault === undefined ? [] : [`${query}: ${fault}`];
  })[0];
  if (odd !== undefined) faults.set("warm", odd);
  if (queriesOf(draft.warm).length > 20) faults.set("warm", "At most 20 lines.");
  const preset = draft.presets.find(
    ({ name, query }) => name.trim() === "" || query === "" || faultOfQuery(query) !== undefined,
  );
  const names = draft.presets.map(({ name }) => name.trim());
  if (preset) faults.set("presets", "Each variant needs a name and parameters that can be read.");
  else if (new Set(names).size < names.length) faults.set("presets", "Two variants have the same name.");
  return faults;
}

/** What the app keeps in its installation parameters. */
export function parametersOf({ connector, presets }: Draft, needsConnector: boolean): Parameters {
  const address = needsConnector ? readAddress(connector) : undefined;
  return {
    ...(address !== undefined && { connector: address }),
    presets: presets.map(({ name, query }) => ({ name: name.trim(), query })),
  };
}
