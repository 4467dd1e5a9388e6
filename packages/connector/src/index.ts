export type { Announcement, AnnounceOptions } from "./announce.ts";
export { announceTo } from "./announce-to.ts";
export { type ConnectorOptions, connector } from "./connector.ts";
export type { Desk, EventOutcome } from "./desk.ts";
export { CodedError, type ErrorTable, problemsOf } from "./error-table.ts";
export { EventUnreadable, sentenceOf, TryLater } from "./errors.ts";
export type { LoggedEvent } from "./inbox.ts";
export { addressOf } from "./listen.ts";
export { CONNECTOR_ERRORS, type ConnectorErrorCode, problem } from "./problem.ts";
export { rawRequest } from "./raw-request.ts";
export { EVENT_STATES, type EventState } from "./schema.ts";
export type { ConnectedSite, LookPort, LookStanding, OutcomePort } from "./site.ts";
export type { SiteStatus } from "./site-status.ts";
export {
  refuseMessage,
  SIGNATURE_TOLERANCE_MS,
  type SignatureRefusal,
  signMessage,
} from "./standard-webhooks.ts";
export { createStatesClient, type StatesClient, type StateWish } from "./states.ts";
export type { SiteWalk } from "./view-walk.ts";
