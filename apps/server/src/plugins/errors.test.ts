import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";

let fleet: Fleet;
let instance: Instance;

beforeAll(async () => {
  fleet = await startFleet();
  instance = await fleet.start({ name: "a" });
});
afterAll(() => fleet.stop());

test.each([
  ...["/keys/%zz", "/projects/%", "/console/%E0%A4%A", "/demo/%zz"],
  ...["/invalidate/%zz", "/keys/nothing/here"],
])("%s leads nowhere, and is told so as every error is", async (url) => {
  const answer = await instance.server.app.inject({ url });
  expect(answer.statusCode).toBe(404);
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({ code: "ROUTE_UNKNOWN", status: 404 });
});
