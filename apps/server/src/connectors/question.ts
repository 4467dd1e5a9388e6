import { createHmac, randomUUID } from "node:crypto";
import { ServerError } from "../errors.ts";
import type { SecretBox } from "../projects/sealed.ts";
import { SealError } from "../secrets/sealed-box.ts";
import type { ConnectorRow } from "./connectors.ts";

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 4 * 2 ** 20;

/** What a connector can be asked. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly what: "status" | "events" | "reconcile";
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** What a connector's secret is sealed for. */
export const placeOf = ({ project, id }: Pick<ConnectorRow, "project" | "id">) =>
  `${project}/connectors/${id}`;

/**
 * Asks a connector, signed with the secret that it announced, and gives its JSON.
 *
 * Whoever may write in a project says where its connector is, so the address is not believed: it is called only if the
 * operator listed its host and port, only below a path that ends in /status, without following redirects, for five
 * seconds and 4 MB; and of the answer only what the API's own shapes hold is handed on.
 * @throws ServerError CONNECTOR_MUTE, CONNECTOR_NOT_ALLOWED, CONNECTOR_BROKEN or CONNECTOR_SLOW.
 */
export async function askConnector(
  row: ConnectorRow,
  question: Question,
  parts: { readonly box: SecretBox; readonly addresses: readonly string[]; readonly now: () => number },
): Promise<unknown> {
  const secret = secretOf(row, parts.box);
  const status = row.status_url === null ? null : URL.parse(row.status_url);
  if (secret === undefined || status === null || !isStatusAddress(status)) {
    throw new ServerError("CONNECTOR_MUTE");
  }
  if (!parts.addresses.includes(hostAndPort(status))) throw new ServerError("CONNECTOR_NOT_ALLOWED");

  const url = new URL(status.href.replace(/\/status$/, `/${question.what}`));
  for (const [name, value] of Object.entries(question.query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  try {
    const response = await fetch(url, {
      method: question.method,
      headers: { ...signed(secret, `${question.method} ${url.pathname}${url.search}`, parts.now()) },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200 && response.status !== 202) {
      await response.body?.cancel();
      throw new ServerError("CONNECTOR_BROKEN");
    }
    return JSON.parse(await readBounded(response)) as unknown;
  } catch (error) {
    if (error instanceof ServerError) throw error;
    const isSlow = error instanceof Error && error.name === "TimeoutError";
    throw new ServerError(isSlow ? "CONNECTOR_SLOW" : "CONNECTOR_BROKEN");
  }
}

function secretOf(row: ConnectorRow, box: SecretBox): string | undefined {
  try {
    return row.status_secret === null ? undefined : box.open(row.status_secret, placeOf(row));
  } catch (error) {
    // Sealed with a key that is gone: the next announcement brings it again.
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

function isStatusAddress(url: URL): boolean {
  return (
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.search === "" &&
    url.hash === "" &&
    url.pathname.endsWith("/status")
  );
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
}

/** The headers of Standard Webhooks over the text of the question. */
function signed(secret: string, text: string, now: number): Readonly<Record<string, string>> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(now / 1_000));
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${text}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) throw new ServerError("CONNECTOR_BROKEN");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
