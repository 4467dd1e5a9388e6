export { type ConnectorOptions, connector } from "./connector.ts";
export { EventUnreadable, TryLater } from "./errors.ts";
export type { LoggedEvent } from "./inbox.ts";
export { CONNECTOR_ERRORS, type ConnectorErrorCode, problem } from "./problem.ts";
export type { SiteStatus } from "./report.ts";
export { EVENT_STATES, type EventState } from "./schema.ts";
export type { ConnectedSite, OutcomePort } from "./site.ts";
export {
  refuseMessage,
  SIGNATURE_TOLERANCE_MS,
  type SignatureRefusal,
  signMessage,
} from "./standard-webhooks.ts";
