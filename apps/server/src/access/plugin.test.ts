import Fastify, { type FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { ServerError } from "../errors.ts";
import { createProjects } from "../projects/projects.ts";
import { accessControl } from "./plugin.ts";
import type { Principal } from "./right.ts";
import type { Sessions } from "./sessions.ts";

/** An app of one route, whose last request is kept, with one user whose rights and session are what a test says. */
async function openApp() {
  const state = { right: "read" as "read" | "write" | undefined, isSignedIn: true, isAway: false };
  const looks: (boolean | undefined)[] = [];
  const principalOf: Sessions["principalOf"] = async (_token, how): Promise<Principal | undefined> => {
    looks.push(how?.isLook);
    if (state.isAway) throw new ServerError("JOURNAL_AWAY");
    if (!state.isSignedIn) return undefined;
    const rights = { installation: state.right, projects: new Map() };
    return { label: "user", rights, user: { id: "u", session: "s" } };
  };
  const app = Fastify();
  const nobody = async () => {
    throw new ServerError("API_KEY_WRONG");
  };
  accessControl(app, { of: nobody }, createProjects([]), { sessions: { principalOf } });
  let last: FastifyRequest | undefined;
  app.get("/long", { config: { access: { right: "read", of: "visible" } } }, async (request) => {
    last = request;
    return "";
  });
  await app.inject({ url: "/long", headers: { cookie: "freshet_session=x" } });
  return { state, looks, mayGoOn: async () => last?.mayGoOn?.(), close: () => app.close() };
}

test("an answer that goes on ends when the session or the right is gone, not while the store is away", async () => {
  const { state, looks, mayGoOn, close } = await openApp();
  expect(await mayGoOn()).toBe(true);
  state.isAway = true;
  expect(await mayGoOn()).toBe(true);
  state.isAway = false;
  state.right = undefined;
  expect(await mayGoOn()).toBe(false);
  state.right = "write";
  expect(await mayGoOn()).toBe(true);
  state.isSignedIn = false;
  expect(await mayGoOn()).toBe(false);
  // The request itself keeps the session alive; looking whether it is there does not.
  expect(looks).toEqual([false, true, true, true, true, true]);
  await close();
});
