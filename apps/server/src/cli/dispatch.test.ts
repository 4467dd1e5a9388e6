import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optionsOf, usageOf } from "./arguments.ts";
import { COMMANDS } from "./commands.ts";
import { EXITS } from "./exits.ts";
import { answers, away, HARMLESS, run } from "./run.test.support.ts";

const CODES: readonly (number | undefined)[] = Object.values(EXITS).map(({ code }) => code);

describe("a command line", () => {
  const names = COMMANDS.flatMap(({ name }) => name.split(" "));
  const options = [...new Set(COMMANDS.flatMap((command) => Object.keys(optionsOf(command))))];
  const word = fc.oneof(
    fc.constantFrom(...names, "-", "--", "..", "."),
    fc.constantFrom(...options).map((name) => `--${name}`),
    fc.tuple(fc.constantFrom(...options), fc.string()).map(([name, text]) => `--${name}=${text}`),
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "--__proto__", "--constructor=1", "--no-json", "-hj"),
  );
  const line = fc.oneof(
    fc.array(word, { maxLength: 8 }),
    fc
      .tuple(fc.constantFrom(...HARMLESS), fc.array(word, { maxLength: 6 }))
      .map(([{ name }, rest]) => [...name.split(" "), ...rest]),
  );
  const fetches = fc.constantFrom<typeof fetch>(
    away,
    answers(200, {}),
    answers(200, { projects: [null, 3], keys: {}, cursor: "x", status: "ok", settings: [] }),
    answers(204, undefined),
    answers(404, { code: "PROJECT_NOT_FOUND", detail: "There is none." }),
    answers(302, null, { location: "http://elsewhere.example/" }),
    answers(500, "broken"),
  );

  it("ends with a documented code, whatever it says and whatever the server answers", async () => {
    await fc.assert(
      fc.asyncProperty(line, fetches, fc.option(fc.string()), async (argv, fetch, input) => {
        const { code, out, err } = await run(argv, { fetch, input: async () => input ?? undefined });
        expect(CODES).toContain(code);
        expect(err).not.toMatch(/^Something broke|\n\s+at /);
        if (code !== 0) expect(err).not.toBe("");
        if (code !== 0)
          expect(argv.includes("--json") ? JSON.parse(out).error.exit : out).toBe(
            argv.includes("--json") ? code : "",
          );
      }),
      { numRuns: 500 },
    );
  });

  it.each([[["log"]], [["projects", "list"]]])(
    "%s ends where a server gives the same page for ever",
    async (argv) => {
      const fetch = answers(200, { invalidations: [], projects: [], cursor: "x" });
      expect((await run([...argv, "--server", "http://a"], { fetch })).code).toBe(0);
    },
  );

  it.each([
    [["projcts", "list"], /nearest is "freshet projects/],
    [["projects", "lst"], /nearest is "freshet projects list"/],
    [["health", "--jsn"], /nearest is --json/],
    [["projects"], /one more word: list, get, create/],
    [["projects", "get"], /<name> is missing/],
    [["health", "more"], /more than the command takes/],
    [["health", "--server"], /--server needs a value/],
    [["health", "--server", "--json"], /begins with a hyphen/],
    [["health", "--json=yes"], /takes no value/],
    [["health", "--json", "--json"], /twice/],
    [["health", "--server", "ftp://a.example"], /no address/],
    [["projects", "get", ".."], /name nothing/],
    [["projects", "delete", "shop"], /--yes/],
    [["keys", "create", "ci"], /--right is missing/],
    [["keys", "create", "ci", "--right", "read", "--expires", "2001-01-01"], /over already/],
    [["invalidate"], /at least one path/],
    [["invalidate", "--scope", "all", "/a.jpg"], /takes no paths/],
    [["invalidate", "/a.jpg", "--timeout", "soon"], /no span/],
    [["url", "build", "a.jpg", "w=4x"], /w=4x cannot be read/],
    [["url", "build", "a.jpg", "colour=1"], /no parameter/],
    [["url", "sign", "a.jpg", "--salt", "a long salt"], /beginning with a slash/],
    [["url", "sign", "/a.jpg?fr_sig=x", "--salt", "a long salt"], /fr_sig already/],
  ])("that is wrong is refused with 2 and a hint: %j", async (argv, hint) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(2);
    if (!argv.includes("--json")) expect(out).toBe("");
    expect(err).toMatch(hint);
  });

  it("that is empty shows help on stderr and ends with 2; --help shows it on stdout and ends with 0", async () => {
    expect(await run([])).toMatchObject({ code: 2, out: "" });
    const { code, out, err } = await run(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const { name } of HARMLESS) expect(out).toContain(`  ${name}`);
  });

  it("with --help explains each command and does nothing", async () => {
    for (const command of HARMLESS) {
      const { code, out } = await run([...command.name.split(" "), "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(usageOf(command));
      for (const name of Object.keys(command.options)) expect(out).toContain(`--${name}`);
      expect(command.examples.length).toBeGreaterThan(0);
    }
  });
});

describe("options", () => {
  it("mean the same in every command, as far as whether a value follows", () => {
    const kinds = new Map<string, boolean>();
    for (const command of COMMANDS) {
      for (const [name, { value }] of Object.entries(optionsOf(command))) {
        expect([name, kinds.get(name) ?? value !== undefined]).toEqual([name, value !== undefined]);
        kinds.set(name, value !== undefined);
      }
    }
  });
});

describe("exit codes", () => {
  it.each([
    [401, "API_KEY_WRONG", 4],
    [403, "KEY_NOT_ALLOWED", 4],
    [429, "ATTEMPTS_TOO_MANY", 4],
    [404, "PROJECT_NOT_FOUND", 1],
    [409, "PROJECT_READ_ONLY", 1],
    [412, "VERSION_OUTDATED", 1],
    [503, "JOURNAL_AWAY", 3],
    [500, "INTERNAL", 1],
  ])("a %i %s ends with %i", async (status, code, exit) => {
    const fetch = answers(status, { code, detail: "It says so." });
    const shown = await run(["projects", "get", "shop", "--json", "--key", "k"], { fetch });
    expect(shown.code).toBe(exit);
    expect(JSON.parse(shown.out)).toEqual({ error: { exit, code, message: "It says so." } });
    expect(shown.err).toBe("It says so.\n");
  });

  it("an address where something else answers is 3", async () => {
    const html: typeof fetch = async () => new Response("<html>", { status: 200 });
    for (const argv of [["health"], ["projects", "list"], ["invalidate", "/a.jpg", "--key", "k"]]) {
      expect((await run(argv, { fetch: html })).code).toBe(3);
    }
  });
});
