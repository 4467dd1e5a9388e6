import { expect, test } from "vitest";
import { CallError, problemOf } from "./problem.ts";

test("whatever was thrown becomes words", () => {
  const own = new CallError({ code: "A", title: "B", detail: "C" });
  expect(problemOf(own)).toBe(own);
  expect(
    problemOf({ code: "AccessDenied", message: '{"status":403,"message":"You may not."}' }),
  ).toMatchObject({
    code: "AccessDenied",
    detail: "You may not.",
  });
  expect(problemOf("offline").detail).toBe("offline");
  for (const odd of [undefined, null, 1, {}])
    expect(problemOf(odd)).toMatchObject({ code: "UNKNOWN", detail: undefined });
});
