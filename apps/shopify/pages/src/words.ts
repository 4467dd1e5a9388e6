import type { ChangeAnswer, DeliveryState, Step } from "../../src/api/answers.ts";

/** A state in words, and the tone that Polaris has for it. */
export interface Word {
  readonly text: string;
  readonly tone: "success" | "info" | "critical" | "caution" | "neutral";
}

export const DELIVERY: Readonly<Record<DeliveryState, Word>> = {
  fresh: { text: "Fresh", tone: "success" },
  updating: { text: "Updating", tone: "info" },
  failed: { text: "Failed", tone: "critical" },
  gone: { text: "Gone", tone: "neutral" },
};

export const STEP_STATES: Readonly<Record<Step["state"], Word>> = {
  done: { text: "Done", tone: "success" },
  working: { text: "In progress", tone: "info" },
  todo: { text: "For you", tone: "caution" },
  blocked: { text: "Blocked", tone: "critical" },
};

export const STEPS: Readonly<Record<Step["id"], string>> = {
  access: "Access to the shop",
  project: "A place that delivers the pictures",
  storefront: "Settings for the theme",
  images: "All images looked through",
  embed: "App embed in the theme",
};

export const KINDS: Readonly<Record<ChangeAnswer["kind"], string>> = {
  added: "Added",
  replaced: "Replaced",
  rechecked: "Checked",
  moved: "Moved",
  removed: "Removed",
  purged: "Fetched anew",
};

/** Who noticed. */
export const CAUSES: Readonly<Record<ChangeAnswer["cause"], string>> = {
  webhook: "Shopify told of it",
  event: "Shopify told of it",
  poll: "Found among the files",
  sweep: "Found while looking through all images",
  reread: "Shopify had finished it",
  manual: "Asked for here",
};
