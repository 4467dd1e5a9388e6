/** One file of an attachment: its bytes changed, or it went away (then digest and version are absent). */
export interface ChangedFile {
  readonly url: string;
  /** Hex SHA-256 of the bytes the file has now. */
  readonly digest: string | undefined;
  /** The `vh` that pages carry from now on. */
  readonly version: string | undefined;
}

/** What the plugin tells about one attachment; EVENTS.md beside this package is the contract. */
export interface AttachmentEvent {
  readonly id: string;
  readonly sequence: number;
  /** Milliseconds since the epoch; undefined when the plugin's text is no date. */
  readonly at: number | undefined;
  /** Somebody wants every copy of these files made fresh, whether or not their bytes are the ones last told. */
  readonly isRefresh?: true;
  readonly link: string | undefined;
  readonly files: readonly ChangedFile[];
}

/** Events of one request as they are stored: each has an id, everything else is read later. */
export interface EventEnvelope {
  readonly id: string;
  readonly order?: number;
  readonly payload: unknown;
}

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const VERSION = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_FILES = 5_000;
/** The invalidation API takes no longer one. */
const LONGEST_LINK = 2_000;

/** The events of a push or a page of the pull, or undefined when one of them has no usable id. */
export function readEnvelopes(value: unknown): readonly EventEnvelope[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const envelopes: EventEnvelope[] = [];
  for (const payload of value) {
    if (!isRecord(payload) || typeof payload.id !== "string" || !ID.test(payload.id)) return undefined;
    const { id, sequence } = payload;
    envelopes.push(isSequence(sequence) ? { id, order: sequence, payload } : { id, payload });
  }
  return envelopes;
}

/** Reads one event; a string says what is wrong with it. Fields this version does not know are left alone. */
export function readEvent(payload: unknown): AttachmentEvent | string {
  if (!isRecord(payload)) return "The event is not an object.";
  const { id, sequence, at, reason, attachment, files } = payload;
  if (typeof id !== "string" || !ID.test(id)) return "The event's id is missing or has strange characters.";
  if (!isSequence(sequence)) return "The event's sequence is not a whole number above zero.";
  if (!Array.isArray(files)) return "The event's files are not a list.";
  if (files.length > MAX_FILES) return `The event names more than ${MAX_FILES} files.`;
  const changed: ChangedFile[] = [];
  for (const [index, file] of files.entries()) {
    const read = readFile(file);
    if (read === undefined) return `File ${index + 1} of the event is not in the form of EVENTS.md.`;
    changed.push(read);
  }
  const millis = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return {
    id,
    sequence,
    at: Number.isNaN(millis) ? undefined : millis,
    ...(reason === "refresh" && { isRefresh: true as const }),
    link: isRecord(attachment) ? readLink(attachment.link) : undefined,
    files: changed,
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function readFile(file: unknown): ChangedFile | undefined {
  if (!isRecord(file) || typeof file.url !== "string") return undefined;
  const digest = file.sha256 ?? undefined;
  const version = file.version ?? undefined;
  if (digest !== undefined && (typeof digest !== "string" || !DIGEST.test(digest))) return undefined;
  if (version !== undefined && (typeof version !== "string" || !VERSION.test(version))) return undefined;
  return { url: file.url, digest, version };
}

/** Only what a browser may safely be sent to: the link is shown in a console. */
function readLink(link: unknown): string | undefined {
  const url = typeof link === "string" ? URL.parse(link) : null;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  return isWeb && url.href.length <= LONGEST_LINK ? url.href : undefined;
}
