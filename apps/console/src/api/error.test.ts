import { expect, it } from "vitest";
import { apiErrorOf, refusal } from "./error.ts";

it("reads problem+json with its fields", () => {
  const error = refusal(422, {
    type: "urn:freshet:error:SETTINGS_WRONG",
    title: "The settings cannot be used; nothing was changed.",
    status: 422,
    code: "SETTINGS_WRONG",
    detail: "The settings cannot be used; nothing was changed. Two fields are wrong.",
    errors: [{ pointer: "/aliases/_a_", detail: "Write an address." }, { pointer: 7 }, null],
  });
  expect(error.code).toBe("SETTINGS_WRONG");
  expect(error.message).toBe("The settings cannot be used; nothing was changed. Two fields are wrong.");
  expect(error.faults).toEqual([{ pointer: "/aliases/_a_", sentence: "Write an address." }]);
});

it("reads Cloudimage's envelope", () => {
  const error = refusal(400, { status: "error", code: "PATH_WRONG", msg: "A path is wrong." });
  expect(error).toMatchObject({ status: 400, code: "PATH_WRONG", message: "A path is wrong.", faults: [] });
});

it("has a code and a sentence for whatever a proxy may answer", () => {
  for (const answer of [undefined, null, "<html>", 7, [], { code: 1, msg: "" }]) {
    const { code, message } = refusal(502, answer);
    expect(code).toBe("HTTP_502");
    expect(message).toContain("502");
  }
});

it("shows what was thrown by accident, too", () => {
  expect(apiErrorOf(new TypeError("x is undefined"))).toMatchObject({ code: "CONSOLE_BROKEN", status: 0 });
  expect(apiErrorOf("text").message).toBe("text");
});
