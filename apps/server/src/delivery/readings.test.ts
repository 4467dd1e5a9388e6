import { expect, test } from "vitest";
import type { Project } from "../projects/project.ts";
import { createProjects } from "../projects/projects.ts";
import { readSettings } from "../projects/settings.ts";
import { DeliveryRequests } from "./request.ts";

async function project(name: string, settings: object = {}): Promise<Project> {
  const read = await readSettings(name, settings, {});
  if (!read.project) throw new Error(JSON.stringify(read.faults));
  return read.project;
}

const HOST = "img.example";
const URL = "/v7/_m_/a.jpg?w=10";

test("a reading is remembered, and never longer than the settings it was made by", async () => {
  const first = await project("shop", { hosts: [HOST], aliases: { _m_: "https://one.example" } });
  const blog = await project("blog");
  const projects = createProjects([first, blog]);
  const requests = new DeliveryRequests(projects);
  expect(requests.peek(HOST, URL)).toBeUndefined();
  const read = requests.read(HOST, URL);
  expect(requests.peek(HOST, URL)?.request).toBe(read);
  expect(requests.read(HOST, URL)).toBe(read);
  // Another project's change leaves it alone.
  projects.replace([first, await project("blog", { formats: [] })]);
  expect(requests.peek(HOST, URL)?.request).toBe(read);
  expect(requests.isCurrent(HOST, read)).toBe(true);
  const second = await project("shop", { hosts: [HOST], aliases: { _m_: "https://two.example" } });
  projects.replace([second, blog]);
  expect(requests.isCurrent(HOST, read)).toBe(false);
  expect(requests.peek(HOST, URL)).toBeUndefined();
  expect(requests.read(HOST, URL).original.name).toBe("shop/two.example/a.jpg");
  // A host that goes to another project takes its readings with it, though the settings of the first stay.
  const rest = await project("shop", { aliases: { _m_: "https://two.example" } });
  projects.replace([
    rest,
    await project("blog", { hosts: [HOST], aliases: { _m_: "https://three.example" } }),
  ]);
  expect(requests.read(HOST, URL).original.name).toBe("blog/three.example/a.jpg");
  projects.replace([rest, blog]);
  expect(() => requests.read(HOST, URL)).toThrow("No project answers to this host.");
});
