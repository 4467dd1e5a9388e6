import { afterAll, beforeAll, describe } from "vitest";
import { varnishIsMissing } from "../support/varnish.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";
import { describeDelivery } from "./changes/delivery.ts";
import { type Installation, startInstallation } from "./changes/installation.ts";
import { describeChanges } from "./changes/rows.ts";

const missing = wordpressIsMissing() ?? (await varnishIsMissing());

describe.skipIf(missing)(`pictures of a WordPress 6.8 on SQLite ${missing ?? ""}`, () => {
  let all: Installation;
  beforeAll(async () => {
    all = await startInstallation();
  }, 300_000);
  afterAll(() => all?.stop());

  describeChanges(() => all);
  describeDelivery(() => all);
});
