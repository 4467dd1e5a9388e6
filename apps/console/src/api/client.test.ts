import { expect, it } from "vitest";
import { keepDraft, keptDraft } from "../pages/projects/settings/kept.ts";
import { createClient, SESSION } from "./client.ts";

const draft = { version: 1, base: {}, settings: { formats: [] } };
const of = (id?: string) => ({ setup_needed: false, ...(id !== undefined && { user: { id } }) });

it("leaves nothing of one user to the next, and everything to the same one", () => {
  const client = createClient();
  const held = () => [client.getQueryData(["/projects", {}]), keptDraft(client, "shop")];
  client.setQueryData([SESSION], of("ada"));
  client.setQueryData(["/projects", {}], "what ada may see");
  keepDraft(client, "shop", draft);
  expect(held()).toEqual(["what ada may see", draft]);
  // The session ended, and the same user is back.
  for (const id of [undefined, "ada"]) client.setQueryData([SESSION], of(id));
  expect(held()).toEqual(["what ada may see", draft]);
  for (const id of [undefined, "eve"]) client.setQueryData([SESSION], of(id));
  expect(held()).toEqual([undefined, undefined]);
  expect(client.getQueryData([SESSION])).toEqual(of("eve"));
});

it("leaves nothing of one user who signs out, and comes to nothing that was thrown away", () => {
  const client = createClient();
  keepDraft(client, "shop", draft);
  keepDraft(client, "blog", draft);
  keepDraft(client, "shop", undefined);
  expect([keptDraft(client, "shop"), keptDraft(client, "blog")]).toEqual([undefined, draft]);
  client.clear();
  expect(keptDraft(client, "blog")).toBeUndefined();
});
