import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolderSource } from "./folder.ts";
import type { Source, Validators } from "./source.ts";

const policy = { allow: [], allowPrivate: false, maxBytes: 1_000, timeoutMs: 1_000 };
const never = new AbortController().signal;

let data: string;
let source: Source;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "freshet-folder-"));
  await mkdir(join(data, "sample", "sub"), { recursive: true });
  await writeFile(join(data, "sample", "a b%.jpg"), "picture");
  await writeFile(join(data, "sample", "sub", "c.PNG"), "deep");
  await writeFile(join(data, "sample", ".hidden.jpg"), "hidden");
  await writeFile(join(data, "sample", "large.jpg"), Buffer.alloc(1_001));
  await writeFile(join(data, "secret.jpg"), "secret");
  await symlink(join(data, "secret.jpg"), join(data, "sample", "link.jpg"));
  await symlink(data, join(data, "sample", "up"));
  await symlink(join(data, "sample"), join(data, "linked"));
  source = createFolderSource(data);
});
afterAll(() => rm(data, { recursive: true }));

const fetch = (path: string, more: { validators?: Validators; fresh?: boolean; folder?: string } = {}) => {
  const { folder = "sample", fresh = false, validators } = more;
  const request = { policy, fresh, ...(validators && { validators }) };
  return source.fetch({ kind: "folder", folder, path }, request, never);
};

describe("files of a folder", () => {
  test("are read by their decoded name, with the type of their extension", async () => {
    const found = await fetch("a b%.jpg");
    expect(found).toMatchObject({ kind: "found", contentType: "image/jpeg", age: 0 });
    expect(found.kind === "found" && Buffer.from(found.bytes).toString()).toBe("picture");
    expect(await fetch("sub/c.PNG")).toMatchObject({ kind: "found", contentType: "image/png" });
  });

  test("are missing where there is none, and where there is a folder or a pipe", async () => {
    execFileSync("mkfifo", [join(data, "sample", "pipe")]);
    for (const path of ["none.jpg", "sub", "a b%.jpg/x", "pipe", "x".repeat(5_000)]) {
      expect(await fetch(path), path.slice(0, 20)).toEqual({ kind: "missing", status: 404 });
    }
    expect(await fetch("a.jpg", { folder: "elsewhere" })).toEqual({ kind: "missing", status: 404 });
  });

  test("are refused over the size limit", async () => {
    expect(await fetch("large.jpg")).toMatchObject({ kind: "refused", code: "ORIGINAL_TOO_LARGE" });
  });

  const REFUSED = [
    ["link.jpg", "up/secret.jpg", "up", "../secret.jpg", "..", ".", "sub/../../secret.jpg", ".hidden.jpg"],
    ["/etc/passwd", "//etc/passwd", "", "a\0.jpg", "..\\secret.jpg", "sub/.", "sub//c.PNG", "sub/"],
  ].flat();

  test.each(REFUSED)("are refused through links, dots and odd paths: %j", async (path) => {
    expect(await fetch(path)).toMatchObject({ kind: "refused", code: "ORIGINAL_NOT_ALLOWED" });
  });

  test("are refused where the folder itself is a link or leads out", async () => {
    for (const folder of ["linked", "..", "sample/..", "/etc", ""]) {
      expect(await fetch("a b%.jpg", { folder }), folder).toMatchObject({ kind: "refused" });
    }
  });

  test("no path makes it reject or reach a file outside", async () => {
    const step = fc.oneof(
      fc.constantFrom("..", ".", "up", "sub", "secret.jpg", "", "link.jpg", "%2e%2e"),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const answer = await fetch(steps.join("/"));
        expect(answer.kind === "found" && Buffer.from(answer.bytes).toString()).not.toBe("secret");
      }),
    );
  });
});

describe("validators of files", () => {
  test("are withheld from a file changed just now", async () => {
    await writeFile(join(data, "sample", "new.jpg"), "one");
    expect(await fetch("new.jpg")).toMatchObject({ kind: "found", validators: {} });
  });

  test("a file at rest is unchanged until it is overwritten or replaced, and read whole when asked afresh", async () => {
    const path = join(data, "sample", "rest.jpg");
    await writeFile(path, "one");
    await until(async () => "etag" in validatorsOf(await fetch("rest.jpg")));
    const first = validatorsOf(await fetch("rest.jpg"));
    expect(await fetch("rest.jpg", { validators: first })).toEqual({ kind: "unchanged", validators: first });
    expect(await fetch("rest.jpg", { validators: first, fresh: true })).toMatchObject({ kind: "found" });
    // The same size and the old times: only the change time tells.
    await writeFile(`${path}.next`, "two");
    await utimes(`${path}.next`, 1, 1);
    await rename(`${path}.next`, path);
    expect(await fetch("rest.jpg", { validators: first })).toMatchObject({ kind: "found" });
  });
});

function validatorsOf(answer: Awaited<ReturnType<Source["fetch"]>>): Validators {
  return "validators" in answer ? answer.validators : {};
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}
