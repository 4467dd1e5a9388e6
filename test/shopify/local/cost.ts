import type { AdminSchema, Document, Field, Selection, SelectionSet } from "./graphql.ts";

/** A shop's bucket of cost points, as Shopify keeps one per app and shop. */
export interface Bucket {
  most: number;
  perSecond: number;
  available: number;
  at: number;
}

/** Most that one query may ask for. */
const SINGLE_QUERY = 1_000;

export type Payment =
  | { readonly ok: true; readonly extensions: unknown; readonly giveBack: (actual: number) => unknown }
  | { readonly ok: false; readonly code: "THROTTLED" | "MAX_COST_EXCEEDED"; readonly extensions: unknown };

/** Takes the requested cost out of the bucket, if it holds so much now. */
export function pay(bucket: Bucket, requested: number, now: number): Payment {
  bucket.available = Math.min(bucket.most, bucket.available + ((now - bucket.at) / 1_000) * bucket.perSecond);
  bucket.at = now;
  const extensions = (actual: number | null) => ({
    cost: {
      requestedQueryCost: requested,
      actualQueryCost: actual,
      throttleStatus: {
        maximumAvailable: bucket.most,
        currentlyAvailable: Math.floor(bucket.available),
        restoreRate: bucket.perSecond,
      },
    },
  });
  if (requested > SINGLE_QUERY) return { ok: false, code: "MAX_COST_EXCEEDED", extensions: extensions(null) };
  if (requested > bucket.available) return { ok: false, code: "THROTTLED", extensions: extensions(null) };
  bucket.available -= requested;
  return {
    ok: true,
    extensions: extensions(requested),
    giveBack(actual) {
      bucket.available = Math.min(bucket.most, bucket.available + Math.max(0, requested - actual));
      return extensions(actual);
    },
  };
}

/** An object costs 1, a connection 2 and its nodes as often as `first` or `last` says, a mutation 10, a scalar nothing. */
export function costOf(
  { graphql, schema }: AdminSchema,
  document: Document,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map(
    document.definitions
      .filter((each) => each.kind === "FragmentDefinition")
      .map((each) => [each.name?.value, each]),
  );
  const fieldsOf = (type: unknown) => graphql.getNamedType(type).getFields?.() ?? {};
  const selection = (set: SelectionSet, type: unknown, times: number): number =>
    set.selections.reduce((sum, each) => sum + one(each, type, times), 0);
  const one = (each: Selection, type: unknown, times: number): number => {
    if (each.kind === "FragmentSpread") {
      const fragment = fragments.get(each.name?.value);
      if (fragment === undefined) return 0;
      return selection(
        fragment.selectionSet,
        schema.getType(fragment.typeCondition?.name.value ?? ""),
        times,
      );
    }
    if (each.kind === "InlineFragment")
      return selection(
        each.selectionSet ?? { selections: [] },
        schema.getType(each.typeCondition?.name.value ?? ""),
        times,
      );
    const field: Field | undefined = fieldsOf(type)[each.name?.value ?? ""];
    if (each.selectionSet === undefined || field === undefined) return 0;
    const isConnection = graphql.getNamedType(field.type).name.endsWith("Connection");
    if (isConnection) return 2 + selection(each.selectionSet, field.type, sizeOf(each, variables));
    const isNodes =
      each.name?.value === "nodes" || each.name?.value === "edges" || each.name?.value === "node";
    const count = each.name?.value === "nodes" || each.name?.value === "edges" ? times : 1;
    const ids = each.arguments?.find(({ name }) => name.value === "ids")?.value.name?.value;
    const listed = ids === undefined ? count : (variables[ids] as readonly unknown[]).length;
    const own = isNodes && each.name?.value === "edges" ? 0 : 1;
    return listed * (own + selection(each.selectionSet, field.type, 1));
  };
  const operation = document.definitions.find((each) => each.kind === "OperationDefinition");
  if (operation === undefined) return 0;
  const isMutation = operation.operation === "mutation";
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  return (isMutation ? 10 : 0) + selection(operation.selectionSet, root, 1);
}

function sizeOf(field: Selection, variables: Readonly<Record<string, unknown>>): number {
  const given = field.arguments?.find(({ name }) => name.value === "first" || name.value === "last")?.value;
  const value = given?.kind === "Variable" ? variables[given.name?.value ?? ""] : given?.value;
  return Number(value ?? 0);
}
