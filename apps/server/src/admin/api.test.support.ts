import type { InvalidationEntry } from "@freshet/core";
import { expect } from "vitest";
import type { Instance, Replied } from "../instances/fleet.test.support.ts";

/** The host that a project of the store answers to. */
export const hostOf = (project: string) => `${project}.images.example`;

/** Waits until invalidations of a project have ended; asked of any instance. */
export async function done(
  instance: Instance,
  project: string,
  uuids: readonly string[],
): Promise<readonly InvalidationEntry[]> {
  return Promise.all(
    uuids.map(async (uuid) => {
      for (const begun = performance.now(); ; ) {
        const { body } = await instance.ask("GET", `/invalidate/${uuid}?project=${project}`);
        const entry: InvalidationEntry = body.invalidation;
        if (["DONE", "ERROR", "ERROR_CDN_NODE"].includes(entry.status)) return entry;
        if (performance.now() - begun > 15_000) throw new Error(`still ${entry.status}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }),
  );
}

/** Two projects in the file: neither of them answers for hosts that nobody named. */
export const twoProjects = (origin: string) => {
  const section = { aliases: { _site_: origin }, origins: { allowPrivate: true }, formats: [] };
  return {
    demo: { ...section, apiKey: "client_0123456789abcdef" },
    other: { ...section, apiKey: "client_of_the_other_one" },
  };
};

/** Makes a project of the store; answers what the API did. */
export async function makeProject(instance: Instance, name: string, settings: object): Promise<Replied> {
  const made = await instance.ask("POST", "/projects", { body: { name, settings } });
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
  return made;
}

/** Puts other settings in force, from whatever version there is. */
export async function change(instance: Instance, name: string, settings: object): Promise<Replied> {
  const { headers } = await instance.ask("GET", `/projects/${name}`);
  const changed = await instance.ask("PUT", `/projects/${name}`, {
    body: { settings },
    headers: { "if-match": String(headers.etag) },
  });
  expect(changed, JSON.stringify(changed.body)).toMatchObject({ status: 200 });
  return changed;
}
