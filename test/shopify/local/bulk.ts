import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as rest } from "node:timers/promises";
import type { AdminSchema, SelectionSet } from "./graphql.ts";
import type { LocalCollection, LocalFile, LocalShop } from "./shop.ts";

type Row = LocalFile | LocalCollection;

/** Bulk operations of all shops: each query runs for a while, then its results are a file of lines. */
export interface BulkOperations {
  start(shop: LocalShop, query: string): unknown;
  view(shop: LocalShop, id: string): unknown;
  /** Sends the file, from a byte on where a range asks for it. */
  send(id: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Refuses to start any, as if the connection could not be asked for in bulk. */
  refuses: boolean;
  /** Breaks off each answer of a file after so many bytes; for ever, unless it is set back. */
  breakAfter: number;
  /** Bytes of files that were sent. */
  sent: number;
  started: number;
}

interface Operation {
  readonly id: string;
  readonly shop: LocalShop;
  readonly doneAt: number;
  readonly selection: string;
  readonly rows: readonly Row[];
  isTold: boolean;
}

const AT_ONCE = 5;
const CHUNK = 500;

export function bulkOperations(options: {
  readonly admin: AdminSchema;
  readonly cdn: string;
  readonly now: () => number;
  readonly delayMs: number;
  readonly finished: (shop: LocalShop, id: string) => void;
  readonly rowsOf: (shop: LocalShop, connection: string) => readonly Row[] | undefined;
  readonly viewOf: (shop: LocalShop, row: Row) => unknown;
}): BulkOperations {
  const { admin, now } = options;
  const { graphql, schema } = admin;
  const operations = new Map<string, Operation>();

  /** The lines of some rows: each node as the query wants it, run against the schema. */
  const linesOf = async ({ shop, selection, rows }: Operation, from: number): Promise<string> => {
    const some = rows.slice(from, from + CHUNK);
    const document = graphql.parse(`query ($ids: [ID!]!) { nodes(ids: $ids) ${selection} }`);
    const byId = new Map(some.map((row) => [row.gid, row]));
    const rootValue = {
      nodes: ({ ids }: { ids: readonly string[] }) =>
        ids.map((id) => options.viewOf(shop, byId.get(id) as Row)),
    };
    const result = await graphql.execute({
      schema,
      document,
      rootValue,
      variableValues: { ids: [...byId.keys()] },
    });
    if (result.errors) throw new Error(result.errors[0]?.message);
    const { nodes } = result.data as { readonly nodes: readonly unknown[] };
    return nodes.map((node) => `${JSON.stringify(node)}\n`).join("");
  };

  const bulk: BulkOperations = {
    ...{ refuses: false, breakAfter: Number.POSITIVE_INFINITY, sent: 0, started: 0 },
    start(shop, query) {
      const refuse = (message: string) => ({
        bulkOperation: null,
        userErrors: [{ code: "OPERATION_IN_PROGRESS", field: null, message }],
      });
      if (bulk.refuses)
        return refuse("Bulk queries must contain at least one connection that can be asked for in bulk.");
      const document = graphql.parse(query);
      const [fault] = graphql.validate(schema, document);
      if (fault) return refuse(fault.message);
      const running = [...operations.values()].filter((each) => each.shop === shop && each.doneAt > now());
      if (running.length >= AT_ONCE)
        return refuse("A bulk query operation for this app and shop is already in progress.");
      const [field] = document.definitions[0]?.selectionSet.selections ?? [];
      const rows = options.rowsOf(shop, field?.name?.value ?? "");
      const node = pick(pick(field?.selectionSet, "edges"), "node");
      if (rows === undefined || node === undefined) return refuse("This connection is not known here.");
      bulk.started += 1;
      const id = `gid://shopify/BulkOperation/${operations.size + 1}`;
      const type = field?.name?.value === "files" ? "MediaImage" : "Collection";
      // `nodes` answers nodes of any kind; what the query asks of one kind is asked of that kind.
      const selection = `{ ... on ${type} ${graphql.print(node)} }`;
      const operation = {
        id,
        shop,
        doneAt: now() + options.delayMs,
        selection,
        rows: [...rows],
        isTold: false,
      };
      operations.set(id, operation);
      setTimeout(() => options.finished(shop, id), options.delayMs).unref();
      return { bulkOperation: { id, status: "CREATED" }, userErrors: [] };
    },
    view(shop, id) {
      const operation = operations.get(id);
      if (operation === undefined || operation.shop !== shop) return null;
      const isDone = operation.doneAt <= now();
      const count = operation.rows.length;
      return {
        id,
        status: isDone ? "COMPLETED" : "RUNNING",
        errorCode: null,
        objectCount: isDone ? String(count) : String(Math.floor(count / 2)),
        fileSize: null,
        url: isDone && count > 0 ? `${options.cdn}/bulk/${encodeURIComponent(id)}` : null,
      };
    },
    async send(id, request, response) {
      const operation = operations.get(id);
      if (operation === undefined) return void response.writeHead(404).end();
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { "content-type": "application/jsonl" });
      let at = 0;
      let budget = bulk.breakAfter;
      for (let row = 0; row < operation.rows.length; row += CHUNK) {
        const bytes = Buffer.from(await linesOf(operation, row));
        const part = bytes.subarray(Math.min(bytes.byteLength, Math.max(0, from - at)));
        at += bytes.byteLength;
        if (part.byteLength === 0) continue;
        const allowed = part.subarray(0, Math.min(part.byteLength, budget));
        budget -= allowed.byteLength;
        bulk.sent += allowed.byteLength;
        const isTaken = response.write(allowed);
        if (budget <= 0) return void response.destroy();
        if (!isTaken) while (response.writableNeedDrain && !response.destroyed) await rest(5);
        if (response.destroyed) return;
      }
      response.end();
    },
  };
  return bulk;
}

function pick(set: SelectionSet | undefined, name: string): SelectionSet | undefined {
  return set?.selections.find((each) => each.kind === "Field" && each.name?.value === name)?.selectionSet;
}
