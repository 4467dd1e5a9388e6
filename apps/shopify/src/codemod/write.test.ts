import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { EXITS, runThemeCommand } from "./command.ts";
import { readPatch, writePatch, writeUndo } from "./patch.ts";
import { planTheme } from "./plan.ts";

const ENDPOINT = "https://img.example.com";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function theme(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "freshet-theme-"));
  folders.push(root);
  for (const [path, bytes] of Object.entries({
    "layout/theme.liquid": "<html><head></head></html>",
    ...files,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}

/** Every file of a folder with its bytes. */
function bytesIn(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [file.slice(root.length + 1), readFileSync(file).toString("base64")];
      }),
  );
}

function run(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const code = runThemeCommand(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

const rewrite = (root: string, ...more: readonly string[]) =>
  run("rewrite", root, "--endpoint", ENDPOINT, ...more);
const CARD = { "snippets/card.liquid": '<img src="{{ image | image_url: width: 300 }}">\n' };

describe("freshet-theme", () => {
  test("shows what it would do and does nothing", () => {
    const root = theme(CARD);
    const before = bytesIn(root);
    const { code, out, err } = rewrite(root);
    expect(code).toBe(EXITS.OK);
    expect(out).toContain("--- a/snippets/card.liquid\n+++ b/snippets/card.liquid\n@@ -1,1 +1,1 @@\n-<img");
    expect(out).toContain("--- /dev/null\n+++ b/snippets/freshet-url.liquid\n");
    expect(err).toContain("1 chains rewritten, 0 left");
    expect(bytesIn(root)).toEqual(before);
    expect(rewrite(root, "--dry-run").out).toBe(out);
  });

  test("writes, finds nothing more to do, and takes everything back byte for byte", () => {
    const root = theme({
      ...CARD,
      "sections/crlf.liquid": "a\r\n{%- liquid\r\n  assign x = i | image_url: width: 9\r\n-%}\r\nno end",
      "sections/bom.liquid": "\uFEFF{{ i | image_url }}",
      "sections/empty.liquid": "",
      "sections/with space.liquid": "{{ i | image_url }}\r",
      "templates/customers/order.liquid": "{{ i | image_url }}",
      "config/settings_data.json": "{}",
    });
    const before = bytesIn(root);
    expect(rewrite(root, "--write").code).toBe(EXITS.OK);
    const between = bytesIn(root);
    expect(readFileSync(join(root, "sections/crlf.liquid"), "utf8")).toContain(
      "capture x\r\n  render 'freshet-url'",
    );
    expect(readFileSync(join(root, "layout/theme.liquid"), "utf8")).toContain(
      "{% render 'freshet-preconnect' %}",
    );
    expect(readFileSync(join(root, "snippets/freshet-endpoint.liquid"), "utf8")).toContain(`\n${ENDPOINT}\n`);
    expect(rewrite(root, "--write").err).toContain("0 chains rewritten, 0 left, 0 files written");
    expect(bytesIn(root)).toEqual(between);
    expect(run("undo", root).code).toBe(EXITS.OK);
    expect(bytesIn(root)).toEqual(before);
    expect(existsSync(join(root, ".freshet"))).toBe(false);
  });

  test("takes back one rewrite after the other", () => {
    const root = theme(CARD);
    const [first] = [bytesIn(root), rewrite(root, "--write")];
    writeFileSync(join(root, "sections.liquid"), "");
    mkdirSync(join(root, "sections"));
    writeFileSync(join(root, "sections/new.liquid"), "{{ i | image_url }}");
    rewrite(root, "--write");
    expect(readdirSync(join(root, ".freshet"))).toEqual(["undo-1.patch", "undo-2.patch"]);
    run("undo", root);
    expect(readFileSync(join(root, "sections/new.liquid"), "utf8")).toBe("{{ i | image_url }}");
    run("undo", root);
    expect(bytesIn(root)).toMatchObject(first);
    expect(run("undo", root)).toMatchObject({
      code: EXITS.FAILED,
      err: expect.stringContaining("nothing to take back"),
    });
  });

  test("keeps what was edited since, and says what it could not take back", () => {
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\n");
    const root = theme({
      "snippets/a.liquid": `${lines}\n{{ i | image_url }}\n`,
      "snippets/b.liquid": "{{ i | image_url }}\n",
    });
    rewrite(root, "--write");
    const [a, b] = [join(root, "snippets/a.liquid"), join(root, "snippets/b.liquid")];
    writeFileSync(a, `new\n${readFileSync(a, "utf8")}`);
    writeFileSync(b, readFileSync(b, "utf8").replace("image: i", "image: j"));
    const undone = run("undo", root);
    expect(undone).toMatchObject({
      code: EXITS.FAILED,
      err: expect.stringContaining("snippets/b.liquid was edited since"),
    });
    expect(readFileSync(a, "utf8")).toBe(`new\n${lines}\n{{ i | image_url }}\n`);
    expect(readFileSync(b, "utf8")).toContain("image: j");
    writeFileSync(b, readFileSync(b, "utf8").replace("image: j", "image: i"));
    expect(run("undo", root).code).toBe(EXITS.OK);
    expect(readFileSync(b, "utf8")).toBe("{{ i | image_url }}\n");
  });

  test("leaves what is not its own: other encodings, assets, links, huge files", () => {
    const outside = theme({ "x.liquid": "{{ i | image_url }}" });
    const root = theme({
      ...CARD,
      "sections/latin.liquid": new Uint8Array([0xe9, ...Buffer.from("{{ i | image_url }}")]),
      "sections/huge.liquid": "x".repeat(1_000_001),
      "assets/app.js.liquid": "a\nvar x = '{{ i | img_url: '1x' }}'",
    });
    symlinkSync(join(outside, "x.liquid"), join(root, "sections/link.liquid"));
    const before = bytesIn(root);
    const { out } = rewrite(root, "--write", "--json");
    const left: { path: string; line: number; code: string }[] = JSON.parse(out).left;
    expect(left.map(({ path, line, code }) => `${path}:${line} ${code}`)).toEqual([
      "assets/app.js.liquid:2 ASSET_FILE",
      "sections/huge.liquid:1 FILE_TOO_LARGE",
      "sections/latin.liquid:1 FILE_NOT_UTF8",
    ]);
    expect(readFileSync(join(outside, "x.liquid"), "utf8")).toBe("{{ i | image_url }}");
    run("undo", root);
    expect(bytesIn(root)).toEqual(before);
  });

  test("a theme without pictures stays without snippets", () => {
    const root = theme({});
    const before = bytesIn(root);
    expect(rewrite(root, "--write").err).toContain("0 files written");
    expect(bytesIn(root)).toEqual(before);
  });

  test("switches to another endpoint", () => {
    const root = theme(CARD);
    rewrite(root, "--write");
    expect(run("rewrite", root, "--endpoint", "https://other.example/img/", "--write").err).toContain(
      "1 files written",
    );
    expect(readFileSync(join(root, "snippets/freshet-endpoint.liquid"), "utf8")).toContain(
      "\nhttps://other.example/img\n",
    );
  });

  test.each([
    [[]],
    [["nonsense"]],
    [["rewrite"]],
    [["rewrite", "/nowhere", "--endpoint", ENDPOINT]],
    [["rewrite", ".", "--endpoint", ENDPOINT]],
    [["rewrite", "THEME"]],
    [["rewrite", "THEME", "--endpoint", "img.example.com"]],
    [["rewrite", "THEME", "--endpoint", "javascript:alert(1)"]],
    [["rewrite", "THEME", "--endpoint", "https://img.example.com/'%}"]],
    [["rewrite", "THEME", "--endpoint", ENDPOINT, "--write", "--dry-run"]],
    [["rewrite", "THEME", "more", "--endpoint", ENDPOINT]],
    [["rewrite", "THEME", "--endpoint", ENDPOINT, "--unknown"]],
  ])("refuses %j with a sentence", (args) => {
    const root = theme(CARD);
    const { code, out, err } = run(...args.map((each) => (each === "THEME" ? root : each)));
    expect([code, out]).toEqual([EXITS.USAGE, ""]);
    expect(err).toMatch(/^\S.*\. See freshet-theme --help\.\n$/);
  });

  test("takes no patch that leads out of the theme", () => {
    for (const path of [
      "../x.liquid",
      "sections/../../x.liquid",
      "/etc/x.liquid",
      "config/settings.json",
      "sections/x.sh",
    ]) {
      expect(readPatch(`--- a/${path}\n+++ b/${path}\n@@ -1,1 +1,1 @@\n-a\n+b\n`), path).toBeUndefined();
    }
    const root = theme({ ".freshet/undo-1.patch": "nonsense" });
    expect(run("undo", root)).toMatchObject({ code: EXITS.FAILED });
  });
});

describe("a patch", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "a",
      "b",
      "",
      "--- a/x",
      "+++ b/x",
      "@@ -1,1 +1,1 @@",
      "\\ No newline at end of file",
      "-- x\t",
      "é",
      "\u2028",
      "\uFEFF",
    ),
    fc.string({ maxLength: 8 }),
  );
  const text = fc
    .array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r", "\n\n")), { maxLength: 12 })
    .map((lines) => lines.flat().join(""));
  const ended = fc.tuple(text, line).map(([lines, last]) => lines + last);

  test("and its undo give back every text", () => {
    fc.assert(
      fc.property(ended, ended, (before, after) => {
        fc.pre(before !== after);
        const change = { path: "sections/x.liquid", before, after };
        expect(readPatch(writePatch([change]))?.[0]?.apply(before)).toBe(after);
        expect(readPatch(writeUndo([change]))?.[0]?.apply(after)).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });

  test("undo of a rewritten theme gives back every file, whatever is in it", () => {
    const piece = fc.constantFrom(
      ...[
        "{{ i | image_url: width: 9 }}",
        "{%- liquid\n assign x = i | image_url\n-%}",
        "{% assign y = i | img_url %}",
        "<head>",
        "\r\n",
        "\n",
        "é",
      ],
    );
    const source = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 9 })), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(source, { minLength: 1, maxLength: 3 }), (sources) => {
        const files = sources.map((each, at) => ({
          path: at === 0 ? "layout/theme.liquid" : `sections/${at}.liquid`,
          text: each,
        }));
        const { changes } = planTheme(files, ENDPOINT);
        const undo = changes.length > 0 ? (readPatch(writeUndo(changes)) ?? []) : [];
        expect(undo.length).toBe(changes.length);
        for (const [at, { after, before }] of changes.entries()) expect(undo[at]?.apply(after)).toBe(before);
      }),
      { numRuns: 200 },
    );
  });
});
