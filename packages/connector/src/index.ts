export { EventUnreadable, TryLater } from "./errors.ts";
export { refuseMessage, SIGNATURE_TOLERANCE_MS, signMessage } from "./standard-webhooks.ts";
