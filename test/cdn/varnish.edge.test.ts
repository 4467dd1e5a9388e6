import { createVarnishDriver } from "@freshet/cdn/varnish";
import { describe, expect, test } from "vitest";
import { startVarnish, varnishIsMissing } from "../support/varnish.ts";
import { createEdge, KEPT, TAG } from "./edge.ts";
import { testEdge } from "./edge-suite.ts";

const missing = await varnishIsMissing();

describe.skipIf(missing)(`the shipped VCL${missing ? ` ${missing}` : ""}`, () => {
  const edge = createEdge({ name: "varnish", start: startVarnish, drive: createVarnishDriver });
  const { get, newPath, cacheStatus, isKept, purge } = edge;

  testEdge(edge);

  test("a purge says how many objects it removed", async () => {
    edge.answer.headers = { ...KEPT, xkey: "o-aaaa000000000001" };
    await Promise.all([get(newPath()), get(newPath())]);
    const reply = await purge("o-aaaa000000000001", "9");
    expect(reply).toMatchObject({ status: 200, headers: { "freshet-purged": "2" } });
    expect((await purge("o-aaaa000000000001", "9")).headers["freshet-purged"]).toBe("0");
  });

  test("the first purge of a project is a number; one whose number is not the newest removes what the floor does not refuse", async () => {
    const project = "t-00000000000000bb";
    const path = newPath();
    edge.answer.headers = { ...KEPT, "Freshet-Stamp": 60, xkey: `${TAG} ${project}` };
    expect(await isKept(path)).toBe(true);
    expect((await purge(project, "61")).headers["freshet-purged"]).toBe("0");
    edge.answer.headers = { ...KEPT, "Freshet-Stamp": 61, xkey: `${TAG} ${project}` };
    expect(await cacheStatus(path)).toContain("fwd=stale; detail=fenced; stored");
    expect(await isKept(path)).toBe(true);
    expect((await purge(project, "2")).headers["freshet-purged"]).toBe("1");
    expect(await cacheStatus(path)).toContain("fwd=miss");
  });
});
