import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reachOf, readAllowedHost } from "./allow-list.ts";

const reach = (url: string, allow: readonly string[], allowPrivate = false) =>
  reachOf(new URL(url), { allow, allowPrivate });

describe("the list of hosts a project may fetch from", () => {
  test("an empty list allows nothing", () => {
    expect(reach("http://example.com/", [])).toBeUndefined();
  });

  test("an entry covers its host and its subdomains, and no neighbour", () => {
    const allow = ["Example.com"];
    expect(reach("https://example.com/a", allow)).toBe("public");
    expect(reach("https://EXAMPLE.com.:8443/a", allow)).toBe("public");
    expect(reach("https://a.b.example.com/a", allow)).toBe("public");
    expect(reach("https://notexample.com/a", allow)).toBeUndefined();
    expect(reach("https://example.com.evil.net/a", allow)).toBeUndefined();
    expect(reach("https://com/a", allow)).toBeUndefined();
  });

  test("an entry with a port covers that port alone, the default port included", () => {
    expect(reach("http://example.com:8080/", ["example.com:8080"])).toBe("public");
    expect(reach("http://example.com/", ["example.com:8080"])).toBeUndefined();
    expect(reach("https://example.com/", ["example.com:443"])).toBe("public");
    expect(reach("http://example.com/", ["example.com:443"])).toBeUndefined();
    expect(reach("http://[::1]:9000/", ["[::1]:9000"], true)).toBe("private");
    expect(reach("http://[::1]:9001/", ["[::1]:9000"], true)).toBeUndefined();
  });

  test("the star opens every host but never a private network", () => {
    expect(reach("http://127.0.0.1/", ["*"], true)).toBe("public");
    expect(reach("http://127.0.0.1/", ["*", "127.0.0.1"], true)).toBe("private");
  });

  test("private networks are open to hosts that are written out, not to their subdomains", () => {
    expect(reach("http://corp.example/", ["corp.example"], true)).toBe("private");
    expect(reach("http://corp.example/", ["corp.example"], false)).toBe("public");
    expect(reach("http://media.corp.example/", ["corp.example"], true)).toBe("public");
    expect(reach("http://127.0.0.1:9000/", ["corp.example"], true)).toBeUndefined();
  });

  test("all spellings of an address are one host", () => {
    for (const url of ["http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/"]) {
      expect(reach(url, ["127.0.0.1"], true)).toBe("private");
      expect(reach(url, ["example.com"], true)).toBeUndefined();
    }
  });

  test("an entry is a host and nothing more", () => {
    const wrong = [
      "",
      ".",
      "http://a.com",
      "a.com/x",
      "*.a.com",
      "u@a.com",
      "a b",
      "a.com:",
      "a:b:c",
      "a.com?x",
      "[::1",
    ];
    for (const entry of wrong) expect(readAllowedHost(entry), entry).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (entry) => {
        const read = readAllowedHost(entry);
        expect(read === undefined || read.host.length > 0).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.domain(), (host) => {
        expect(reach(`https://${host}/`, [host])).toBe("public");
      }),
    );
  });
});
