import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "..");
const ENTRY = fileURLToPath(import.meta.resolve("@mantine/core"));
const SHEETS = join(dirname(ENTRY), "../styles");
/** Of no component. */
const GROUND = ["baseline", "default-css-variables", "global"];

const read = (file: string) => readFileSync(file, "utf8");
const listed = [...read(join(import.meta.dirname, "mantine.ts")).matchAll(/styles\/([\w-]+)\.css/g)].map(
  ([, name = ""]) => name,
);

/** Every name that our source imports from Mantine. */
function drawn(): ReadonlySet<string> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const names = files.flatMap((name) =>
    [...read(join(SOURCE, name)).matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)].flatMap(
      ([, inside = ""]) => inside.split(","),
    ),
  );
  return new Set(names.map((name) => name.trim()).filter((name) => /^[A-Z]\w*$/.test(name)));
}

/** The sheets of a module and of all that it imports. */
function sheetsOf(module: string, seen: Set<string>): readonly string[] {
  if (seen.has(module)) return [];
  seen.add(module);
  return [...read(module).matchAll(/from "(\.[^"]+)"/g)].flatMap(([, path = ""]) => [
    ...(path.endsWith(".module.mjs") ? [basename(path, ".module.mjs")] : []),
    ...sheetsOf(join(dirname(module), path), seen),
  ]);
}

test("lists the sheet of every component that is drawn, and no other", () => {
  const names = drawn();
  expect(names.size).toBeGreaterThan(20);
  const modules = [...read(ENTRY).matchAll(/import \{([^}]*)\} from "(\.[^"]+)"/g)].flatMap(
    ([, inside = "", path = ""]) =>
      inside.split(",").some((each) => names.has(each.trim())) ? [join(dirname(ENTRY), path)] : [],
  );
  const seen = new Set<string>();
  const needed = new Set(modules.flatMap((module) => sheetsOf(module, seen)));
  expect([...listed].sort()).toEqual([...GROUND, ...needed].sort());
});

test("lists them in the order in which Mantine's whole style sheet has them", () => {
  const whole = read(join(SHEETS, "../styles.css"));
  const firstClass = (name: string) => /\.m_[0-9a-f]+/.exec(read(join(SHEETS, `${name}.css`)))?.[0];
  const places = listed
    .filter((name) => !GROUND.includes(name))
    .map((name) => whole.indexOf(firstClass(name) ?? ""));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
