import { expect } from "vitest";
import type { Instance, Replied } from "../instances/fleet.test.support.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser on a page of the console: it keeps cookies and sends them back, with what the console's own requests carry. */
export interface Browser {
  readonly cookies: Map<string, string>;
  ask(method: Method, url: string, sent?: Sent): Promise<Replied>;
  /** The same cookies in a browser that reaches another instance. */
  at(instance: Instance): Browser;
}

/** What a user of the tests signs in with. */
export const PASSWORD = "a heron stands in the reeds";

export function openBrowser(instance: Instance, cookies = new Map<string, string>()): Browser {
  return {
    cookies,
    at: (other) => openBrowser(other, cookies),
    async ask(method, url, { body, headers = {} } = {}) {
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await instance.ask(method, url, {
        ...(body === undefined ? {} : { body }),
        key: "",
        headers: {
          ...(jar === "" ? {} : { cookie: jar }),
          ...(method === "GET" ? {} : { "freshet-csrf": "1" }),
          ...headers,
        },
      });
      for (const each of cookiesOf(answer)) {
        if (each.isGone) cookies.delete(each.name);
        else cookies.set(each.name, each.value);
      }
      return answer;
    },
  };
}

/** Cookies that an answer sets or takes away. */
export function cookiesOf({ headers }: Replied): readonly {
  readonly name: string;
  readonly value: string;
  readonly isGone: boolean;
  readonly attributes: readonly string[];
}[] {
  return [headers["set-cookie"] ?? []].flat().map((text) => {
    const [pair = "", ...attributes] = String(text).split("; ");
    const place = pair.indexOf("=");
    const isGone = attributes.includes("Max-Age=0");
    return { name: pair.slice(0, place), value: pair.slice(place + 1), isGone, attributes };
  });
}

/** Makes the first user, as the page of the set-up does. */
export async function setUp(instance: Instance, email = "ada@shop.example"): Promise<Browser> {
  const browser = openBrowser(instance);
  const body = { token: instance.server.setupToken, email, name: "Ada", password: PASSWORD };
  const made = await browser.ask("POST", "/access/setup", { body });
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
  return browser;
}

/** Invites a user and follows the link in a browser of his own. */
export async function addUser(
  admin: Browser,
  instance: Instance,
  email: string,
  rights: object,
): Promise<{ readonly id: string; readonly browser: Browser }> {
  const made = await admin.ask("POST", "/access/users", { body: { email, name: "Somebody", rights } });
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
  const browser = openBrowser(instance);
  const body = { token: made.body.invitation, password: PASSWORD };
  const followed = await browser.ask("POST", "/access/invitation", { body });
  expect(followed, JSON.stringify(followed.body)).toMatchObject({ status: 201 });
  return { id: made.body.id, browser };
}

export async function signIn(instance: Instance, email: string, password = PASSWORD): Promise<Browser> {
  const browser = openBrowser(instance);
  const answer = await browser.ask("POST", "/access/session", { body: { email, password } });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
  return browser;
}
