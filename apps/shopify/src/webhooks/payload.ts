/** What this app reads of a delivery's body: names and ids. Everything else is asked for by GraphQL. */
export interface Payload {
  /** Numeric id as text, because ids can be larger than a number is exact. */
  readonly id: string | undefined;
  readonly gid: string | undefined;
  /** Shops that the body itself names; they must be the one of the header. */
  readonly shops: readonly string[];
  readonly scopes: readonly string[] | undefined;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Undefined when it is no JSON object. Never throws. */
export function readPayload(text: string): Payload | undefined {
  // Numbers stay the digits they were written with.
  const reviver: Reviver = (_key, value, context) =>
    typeof value === "number" ? (context.source ?? String(value)) : value;
  let body: unknown;
  try {
    body = JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const fields = body as Readonly<Record<string, unknown>>;
  const data = fields.data;
  const id = fields.id ?? nested(data, "id");
  const gid = [fields.admin_graphql_api_id, id, firstId(data)].find(isGid);
  return {
    id: typeof id === "string" && /^\d{1,20}$/.test(id) ? id : undefined,
    gid,
    shops: [fields.myshopify_domain, fields.shop_domain].filter((each) => typeof each === "string"),
    scopes: Array.isArray(fields.current)
      ? fields.current.filter((each) => typeof each === "string")
      : undefined,
  };
}

const isGid = (value: unknown): value is string =>
  typeof value === "string" && /^gid:\/\/shopify\/[A-Za-z]{1,40}\/\d{1,20}$/.test(value);

function nested(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** An Events delivery carries the answer of its own query: the id is one level down. */
function firstId(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return undefined;
  return Object.values(data)
    .map((each) => nested(each, "id"))
    .find(isGid);
}
