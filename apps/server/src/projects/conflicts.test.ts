import fc from "fast-check";
import { expect, test } from "vitest";
import { grants, hostConflicts, hostsLost, losers } from "./conflicts.ts";
import type { Project } from "./project.ts";
import { createProjects } from "./projects.ts";
import { readSettings } from "./settings.ts";

const blank = await readSettings("blank", {}, {});
const project = (name: string, hosts: readonly string[] = []): Project => {
  if (!blank.project) throw new Error("blank settings are refused");
  return { ...blank.project, name, hosts };
};
const NAMES = ["a", "b", "c", "only"];
const HOSTS = ["x.example", "y.example", "z.example", "c.z.example", "w.example"];

/** Which project each host leads to, other hosts too. */
function answers(all: readonly Project[]): ReadonlyMap<string, Project | undefined> {
  const projects = createProjects(all);
  const hosts = [...HOSTS, ...NAMES.map((name) => `${name}.images.example`), "unknown.example", "127.0.0.1"];
  return new Map(hosts.map((host) => [host, projects.byHost(host)]));
}

test("whoever loses a host to somebody or to nobody is named, and has to be forgotten at the edge", () => {
  const some = fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.subarray(HOSTS).map((hosts) => project(name, hosts)))),
    )
    // Each host once, as `hostConflicts` sees to.
    .map((all) => {
      const taken = new Set<string>();
      return all.map((each) => ({
        ...each,
        hosts: each.hosts.filter((host) => !taken.has(host) && taken.add(host)),
      }));
    })
    .filter((all) => all.every((each) => hostConflicts(each, all).length === 0));
  fc.assert(
    fc.property(some, fc.constantFrom(...NAMES), fc.option(fc.subarray(HOSTS)), (before, name, hosts) => {
      const old = before.find((each) => each.name === name);
      const next = hosts === null ? undefined : project(name, hosts);
      if (next && hostConflicts(next, before).length > 0) return;
      if (!next && !old) return;
      const after = [...before.filter((each) => each.name !== name), ...(next ? [next] : [])];
      const named = losers(createProjects(before), old, next);
      const now = answers(after);
      for (const [host, answered] of answers(before)) {
        // Who is left alone gains hosts that nobody answered, or that the end of the other covers.
        if (answered && now.get(host)?.name !== answered.name) expect(named, host).toContain(answered.name);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a host or a name that leads to another project is a conflict with a pointer", () => {
  const all = [project("shop", ["img.shop.example"]), project("blog")];
  const at = (next: Project) => hostConflicts(next, all).map(({ pointer }) => pointer);
  expect(at(project("new", ["new.example", "img.shop.example"]))).toEqual(["/hosts/1"]);
  expect(at(project("new", ["blog.example"]))).toEqual(["/hosts/0"]);
  expect(at(project("img"))).toEqual([""]);
  expect(at(project("shop", ["img.shop.example", "shop.example"]))).toEqual([]);
});

test("what opens folders and private addresses is found wherever it stands, unless it was granted before", () => {
  const open = {
    origins: { allowPrivate: true },
    aliases: { _a_: { folder: "sample" }, _b_: "https://x.example" },
  };
  expect(grants(open, {})).toEqual(["/origins/allowPrivate", "/aliases/_b_", "/aliases/_a_/folder"]);
  expect(grants(open, open)).toEqual([]);
  expect(grants({ aliases: { _c_: { folder: "sample" } } }, open)).toEqual([]);
  expect(grants({ aliases: { _a_: { folder: "other" } } }, open)).toEqual(["/aliases/_a_/folder"]);
  expect(grants({ origins: { allowPrivate: false } }, {})).toEqual([]);
  // A preset may have any name.
  expect(grants({ presets: { folder: "w=5", allowPrivate: "w=6" } }, {})).toEqual([]);
  fc.assert(fc.property(fc.anything(), fc.anything(), (one, other) => void grants(one, other)));
});

test("where private addresses are open, each further host is a grant of its own, wherever it is written", () => {
  const before = {
    origins: { allowPrivate: true, allow: ["media.internal", "*"] },
    aliases: { _a_: "http://10.0.0.1:9000/a", _b_: { url: "https://b.example", auth: {} }, _c_: "_a_/c" },
    prefix: "//shop.example/x",
  };
  const grantsTo = (settings: object) => grants({ ...before, ...settings }, before);
  expect(grants(before, {})).toEqual([
    ...["/origins/allowPrivate", "/origins/allow/0", "/prefix", "/aliases/_a_", "/aliases/_b_/url"],
  ]);
  expect(grantsTo({ prefix: "http://10.0.0.1:9000/b", aliases: { _d_: "https://B.example/d" } })).toEqual([]);
  expect(grantsTo({ origins: { allowPrivate: true, allow: ["*", "169.254.169.254"] } })).toEqual([
    "/origins/allow/1",
  ]);
  expect(grantsTo({ prefix: "169.254.169.254/latest" })).toEqual(["/prefix"]);
  for (const target of ["http://10.0.0.1/a", "http:/10.0.0.1/a", { url: "10.0.0.1/a" }]) {
    expect(grantsTo({ aliases: { _a_: target } })).toHaveLength(1);
  }
  expect(grantsTo({ aliases: { _a_: { s3: { endpoint: "http://10.0.0.2" } } } })).toEqual([
    "/aliases/_a_/s3/endpoint",
  ]);
  expect(grantsTo({ aliases: { _a_: { gcs: { key: { $sealed: "x" } } } } })).toEqual([
    "/aliases/_a_/gcs/key",
  ]);
  const publicOnly = { ...before, origins: { allow: ["169.254.169.254"] } };
  expect(grants(publicOnly, before)).toEqual([]);
});

test("hosts that come before are lost to whoever has them first", () => {
  const first = [project("file", ["img.example", "store.example:8080"])];
  const late = project("store", ["img.example", "own.example", "file.example", "file:1"]);
  expect(hostsLost(late, first)).toEqual(["img.example", "file.example", "file:1"]);
  const { byHost } = createProjects([...first, late]);
  expect(byHost("img.example")?.name).toBe("file");
  // Its name is the first label of a host that is written out for another.
  expect(byHost("store.example:8080")?.name).toBe("file");
  expect(byHost("own.example")?.name).toBe("store");
});
