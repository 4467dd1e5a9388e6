/** Every error a caller can meet: permanent code → status and public sentence. Sentences say what happened, then what to do. */
export const ERRORS = {
  ORIGINAL_MISSING: { status: 404, sentence: "The origin has no such image. Check the path after the host." },
  ORIGINAL_BLOCKED: {
    status: 410,
    sentence: "The image was withdrawn. It comes back when it is published again.",
  },
  ORIGINAL_NOT_NAMED: {
    status: 404,
    sentence: "The URL names no image. Write /v7/<image URL or alias>/<path>.",
  },
  ORIGINAL_NOT_ALLOWED: {
    status: 403,
    sentence: "This project may not fetch from that host. Add it to origins.allow or use an alias.",
  },
  SIGNATURE_MISSING: {
    status: 403,
    sentence: "This project delivers signed URLs only. Sign the URL with the project's salt.",
  },
  SIGNATURE_WRONG: {
    status: 403,
    sentence:
      "The signature is not that of this URL. Sign it again after the last change, with the project's salt.",
  },
  URL_EXPIRED: { status: 403, sentence: "The time of this URL is over. Ask its publisher for a new one." },
  SIZE_NOT_ALLOWED: {
    status: 403,
    sentence:
      "An unsigned URL may not ask for this size. Use a size that the project allows, or sign the URL.",
  },
  PROJECT_UNKNOWN: { status: 404, sentence: "No project answers to this host. Check the host name." },
  IMAGE_UNREADABLE: { status: 415, sentence: "The original is not an image that Freshet can read." },
  IMAGE_TOO_LARGE: { status: 413, sentence: "The original is larger than the limits allow." },
  IMAGE_TOO_SLOW: { status: 413, sentence: "The original takes longer to decode than the limits allow." },
  FORMAT_NOT_INSTALLED: {
    status: 415,
    sentence: "The original needs a package that is not installed beside this server.",
  },
  PAGE_MISSING: {
    status: 404,
    sentence: "The document has no such page. The answer says how many it has.",
  },
  VIDEO_UNSUPPORTED: {
    status: 415,
    sentence:
      "The original is a video, and this server cannot convert videos. Its operator installs ffmpeg 5.1 or newer; until then only the video itself is delivered.",
  },
  ORIGINAL_TOO_LARGE: { status: 413, sentence: "The original has more bytes than the limits allow." },
  ORIGIN_BROKEN: { status: 502, sentence: "The origin did not give an image. Try again when it is well." },
  ORIGIN_SLOW: { status: 504, sentence: "The origin took too long. Try again later." },
  ORIGIN_DOWN: {
    status: 502,
    sentence: "The origin failed several times in a row and is left alone for some seconds. Try again later.",
  },
  CLIENT_GONE: {
    status: 499,
    sentence: "The connection was closed before the answer was ready. Ask again.",
  },
  CLIENT_BUDGET_SPENT: {
    status: 429,
    sentence:
      "This address has asked for too many new images. Try again later; what was made before is still delivered.",
  },
  ORIGIN_BUDGET_SPENT: {
    status: 429,
    sentence:
      "Too many new images of this origin were asked for. Try again later; what was made before is still delivered.",
  },
  SERVER_BUSY: { status: 503, sentence: "All render places are taken. Try again in a few seconds." },
  JOURNAL_AWAY: {
    status: 503,
    sentence:
      "The database of the journal does not answer. Repeat the request with the same Idempotency-Key in a few seconds.",
  },
  INSTANCE_BEHIND: {
    status: 503,
    sentence:
      "This instance has not applied the newest invalidations. Try again in a few seconds, or ask another one.",
  },
  SETTINGS_CHANGED: {
    status: 503,
    sentence: "The settings of the project changed while the image was made. Try again in a few seconds.",
  },
  METHOD_NOT_ALLOWED: { status: 405, sentence: "Images answer GET, HEAD and OPTIONS only." },
  URL_TOO_LONG: { status: 414, sentence: "The URL is longer than 8192 characters." },
  ROUTE_UNKNOWN: { status: 404, sentence: "There is nothing at this address." },
  CONSOLE_NOT_BUILT: {
    status: 404,
    sentence:
      "The console is not built where this server looks for it. Run npm run build, or set FRESHET_CONSOLE_DIR to its folder.",
  },
  API_KEY_WRONG: { status: 401, sentence: "Send an API key in X-Client-Key, or as Authorization: Bearer." },
  KEY_NOT_ALLOWED: {
    status: 403,
    sentence: "This key does not allow that. Use one of this project with the right it needs.",
  },
  ATTEMPTS_TOO_MANY: {
    status: 429,
    sentence: "Too many wrong keys came from this address. Try again in a few seconds.",
  },
  SESSION_OVER: { status: 401, sentence: "Nobody is signed in here, or the session is over. Sign in again." },
  SIGN_IN_REFUSED: { status: 401, sentence: "The e-mail address or the password is not right." },
  SIGN_IN_TOO_OFTEN: {
    status: 429,
    sentence:
      "Too many attempts failed. Wait a minute, use a browser in which you signed in before, or ask an administrator for a one-time link.",
  },
  RIGHT_MISSING: {
    status: 403,
    sentence: "You do not have the right to do that. Ask an administrator for it.",
  },
  CSRF_REFUSED: {
    status: 403,
    sentence: "A browser may do that from pages of this server alone, with the header freshet-csrf: 1.",
  },
  SETUP_TOKEN_WRONG: {
    status: 403,
    sentence: "That is not the token of the set-up. It is in the log of the start and in the data folder.",
  },
  SETUP_DONE: { status: 409, sentence: "There is a user already. Sign in, or run freshet users add." },
  LINK_WRONG: {
    status: 403,
    sentence: "This link was used, has ended, or is not whole. Ask an administrator for a new one.",
  },
  PASSWORD_WRONG: { status: 403, sentence: "The present password is not right." },
  PASSWORD_WEAK: { status: 422, sentence: "Choose another password." },
  USER_UNKNOWN: { status: 404, sentence: "There is no such user." },
  USER_EXISTS: { status: 409, sentence: "There is a user with this e-mail address already." },
  USERS_FULL: { status: 409, sentence: "There are 10,000 users already. Remove some who left." },
  LAST_ADMIN: {
    status: 409,
    sentence: "This is the last administrator who can sign in. Make somebody else one first.",
  },
  RIGHTS_ELSEWHERE: {
    status: 409,
    sentence: "The rights of this user come from the organisation's own sign-in. Change them there.",
  },
  SESSION_UNKNOWN: { status: 404, sentence: "There is no such session." },
  OIDC_ABSENT: { status: 404, sentence: "This server knows no sign-in of an organisation." },
  OIDC_REFUSED: {
    status: 403,
    sentence: "The organisation's sign-in gives no access here. Ask an administrator for an invitation.",
  },
  OIDC_AWAY: {
    status: 502,
    sentence: "The organisation's sign-in cannot be reached, or its answer cannot be used. Try again later.",
  },
  KEYS_FULL: { status: 409, sentence: "There are 1,000 keys already. Revoke some that are not used." },
  PROJECT_NOT_FOUND: { status: 404, sentence: "There is no project of this name." },
  KEY_UNKNOWN: { status: 404, sentence: "There is no such key." },
  PROJECT_NOT_NAMED: {
    status: 400,
    sentence: "More than one project may be meant. Name the one that is: ?project=<name>.",
  },
  BODY_UNREADABLE: { status: 400, sentence: "The body is not what this address expects." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than 1 MB." },
  QUERY_WRONG: { status: 400, sentence: "A parameter of the query is not what this address expects." },
  SCOPE_UNKNOWN: {
    status: 400,
    sentence: 'Scopes are "original" and "urls" (with urls), "tags" (with tags) and "all".',
  },
  URLS_MISSING: { status: 400, sentence: 'Scopes "original" and "urls" need 1 to 1,000 urls.' },
  TAGS_MISSING: { status: 400, sentence: 'Scope "tags" needs 1 to 1,000 tags.' },
  TAG_UNKNOWN: {
    status: 400,
    sentence: "No rule of the project gives this tag. Add one under tags in its configuration.",
  },
  PATH_WRONG: { status: 400, sentence: "A path is not in the form that invalidation takes." },
  INVALIDATION_UNKNOWN: { status: 404, sentence: "There is no invalidation with this id." },
  STREAMS_TOO_MANY: {
    status: 429,
    sentence:
      "There are too many open streams of this project or at this instance. Close some, or try again later.",
  },
  WARMUP_EMPTY: { status: 400, sentence: "The list names no URL. Send one a line, or as data." },
  WARMUP_TOO_LARGE: {
    status: 413,
    sentence: "A list for a warm-up has at most 10,000 URLs and 8 MB. Send it in parts.",
  },
  WARMUPS_FULL: {
    status: 429,
    sentence:
      "200,000 URLs of this project wait to be warmed, or would with this list. Stop a warm-up, or send it later.",
  },
  WARMUP_UNKNOWN: {
    status: 404,
    sentence: "There is no warm-up with this id. They are kept for five days.",
  },
  WARMUP_URL_WRONG: {
    status: 400,
    sentence: "This is no delivery URL. Write its path and query, such as /sample.li/a.png?w=200.",
  },
  WARMUP_HOST_WRONG: {
    status: 403,
    sentence:
      "The project's pictures are not delivered under this host. Use one of its hosts, or add it to them.",
  },
  WARMUP_NOT_KEPT: {
    status: 409,
    sentence: "No cache may keep the answer to this URL, so there is nothing to be warmed.",
  },
  RETRY_NOT_NEEDED: { status: 409, sentence: "Only a failed invalidation can be retried." },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    sentence: "This Idempotency-Key was used with another body. Use a new key for a new request.",
  },
  PROJECT_READ_ONLY: {
    status: 409,
    sentence: "This project is written in the configuration file. Change it there.",
  },
  PROJECT_EXISTS: { status: 409, sentence: "There is a project of this name already. Choose another name." },
  PROJECT_NAME_WRONG: {
    status: 400,
    sentence:
      "A project's name has small letters, digits and hyphens, at most 63, a letter or digit first and last.",
  },
  SETTINGS_WRONG: { status: 422, sentence: "The settings cannot be used; nothing was changed." },
  SETTING_NOT_ALLOWED: {
    status: 403,
    sentence: "Only an administrator of the installation may open folders and private addresses.",
  },
  STATES_FULL: {
    status: 409,
    sentence:
      "100,000 originals of this project have a state. Serve some of them again, or block the project.",
  },
  FILE_NO_IMAGE: {
    status: 415,
    sentence: "The file is no image that Freshet can draw. Send the bytes of one as image/*.",
  },
  FILE_NAME_WRONG: {
    status: 400,
    sentence: 'A file\'s name has letters, digits, ".", "_" and "-", at most 100, a letter or digit first.',
  },
  FILE_UNKNOWN: { status: 404, sentence: "The project has no file of this name." },
  FILES_FULL: {
    status: 409,
    sentence: "A project has at most 50 files and 20 MB of them. Remove some that are not used.",
  },
  CHECKS_TOO_MANY: {
    status: 429,
    sentence: "Too many sources were tried out for this project. Try again in a few seconds.",
  },
  SALT_MISSING: {
    status: 409,
    sentence: "The project has no salt to sign with. Write one under security in its settings.",
  },
  CONNECTORS_FULL: {
    status: 409,
    sentence: "There are 100 connectors in this project. Delete some that are gone.",
  },
  CONNECTOR_UNKNOWN: { status: 404, sentence: "There is no such connector." },
  CONNECTOR_MUTE: {
    status: 409,
    sentence:
      "The connector cannot be asked: it announces no status_url that ends in /status, or no status_secret. Update and start it.",
  },
  CONNECTOR_NOT_ALLOWED: {
    status: 403,
    sentence:
      "This server may not ask that address. Its operator adds host and port to connectors.addresses or FRESHET_CONNECTOR_ADDRESSES.",
  },
  CONNECTOR_BROKEN: {
    status: 502,
    sentence:
      "The connector cannot be reached, refuses the question, or gives no answer that can be used. Look at its own log.",
  },
  CONNECTOR_SLOW: { status: 504, sentence: "The connector took too long. Try again later." },
  STATS_AWAY: {
    status: 503,
    sentence: "The analytics are being started or stopped. Try again in a few seconds.",
  },
  EXPORTS_TOO_MANY: {
    status: 429,
    sentence: "Too many logs are being taken away at this instance. Try again when one of them has ended.",
  },
  VERSION_OUTDATED: {
    status: 412,
    sentence: "Somebody changed this meanwhile. Read it again and send its new ETag in If-Match.",
  },
  VERSION_MISSING: {
    status: 428,
    sentence: "Send the ETag of what you have read in If-Match, so that nobody's change is lost.",
  },
  VERSION_UNKNOWN: { status: 404, sentence: "There is no such version of these settings." },
  INTERNAL: { status: 500, sentence: "Something broke inside Freshet. The log has the cause." },
} as const satisfies Record<string, { readonly status: number; readonly sentence: string }>;

export type ErrorCode = keyof typeof ERRORS;

const BRAND = Symbol.for("freshet.server-error");

/** An error with a code of the table; `detail` is public and says which input it was about. */
export class ServerError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? ERRORS[code].sentence : `${ERRORS[code].sentence} ${detail}`, options);
    this.name = "ServerError";
    this.code = code;
    this.status = ERRORS[code].status;
    this.detail = detail;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export function isServerError(value: unknown): value is ServerError {
  return typeof value === "object" && value !== null && BRAND in value;
}
