import { matchPath, matchRoutes } from "react-router";
import { describe, expect, it } from "vitest";
import { hrefOf, PAGES } from "./index.tsx";

const found = (place: string) => PAGES.find(({ path }) => matchPath(path, place) !== null);

describe.each(PAGES)("the page at $path", (page) => {
  it("is what its own link leads to, with any name of a project", () => {
    expect(found(hrefOf(page, "shop"))).toBe(page);
    const odd = hrefOf(page, "a/b c%");
    expect(found(odd)).toBe(page);
    expect(matchRoutes([{ path: page.path }], odd)?.[0]?.params).toMatchObject(
      page.path.includes(":project") ? { project: "a/b c%" } : {},
    );
  });

  it("has an address that says nothing of patterns", () => {
    expect(hrefOf(page, "shop")).not.toMatch(/[*?]/);
    expect(page.path).toMatch(/^\/([^*?]*|[^*?]+\/\*)$/);
  });

  it("reads the rest of its address itself only where it says so", () => {
    const below = found(`${hrefOf(page, "shop").replace(/\/$/, "")}/a/b`);
    if (page.path.endsWith("/*")) expect(below).toBe(page);
    else expect(below).not.toBe(page);
  });
});
