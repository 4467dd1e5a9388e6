// Takes the place of the tests on PostgreSQL where there is none, so that a run says what it left out.
import { test } from "vitest";
import { postgresIsMissing } from "../../packages/store/src/testing/programs.ts";

test.skip(`stores on PostgreSQL (did not run: ${postgresIsMissing() ?? "it runs in the packages"})`, () => {});
