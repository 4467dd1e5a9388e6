import { afterAll, beforeAll, describe } from "vitest";
import { full } from "../support/size.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { mariadbIsMissing } from "../support/wordpress/mariadb.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";
import { describeDelivery } from "./changes/delivery.ts";
import { type Installation, type InstallationOptions, startInstallation } from "./changes/installation.ts";
import { describeChanges } from "./changes/rows.ts";
import { describeSideload } from "./changes/sideload.ts";

type Suite = (installation: () => Installation) => void;

const missing = wordpressIsMissing() ?? (await varnishIsMissing());

/** What runs on which WordPress at full size, besides the one that always runs. */
const MATRIX: readonly (readonly [string, InstallationOptions, readonly Suite[]])[] = [
  ["6.8 on MariaDB", { database: "mariadb" }, [describeChanges, describeDelivery]],
  ["6.2 on SQLite", { release: "6.2" }, [describeChanges]],
  ["the newest, on SQLite", { release: "newest" }, [describeChanges, describeSideload]],
];

function describeOn(options: InstallationOptions, suites: readonly Suite[]): void {
  let all: Installation;
  beforeAll(async () => {
    all = await startInstallation(options);
  }, 900_000);
  afterAll(() => all?.stop());
  for (const suite of suites) suite(() => all);
}

describe.skipIf(missing)(`pictures of a WordPress 6.8 on SQLite ${missing ?? ""}`, () => {
  describeOn({}, [describeChanges, describeDelivery]);
});

const missingToo = missing ?? mariadbIsMissing();
describe.skipIf(missingToo || !full)(`pictures of a WordPress ${missingToo ?? ""}`, () => {
  for (const [name, options, suites] of MATRIX) describe(name, () => describeOn(options, suites));
});
