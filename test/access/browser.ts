/** What a page got. */
export interface Got {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly body: any;
}

interface Kept {
  readonly value: string;
  readonly isStrict: boolean;
}

/**
 * A browser as far as cookies go: each origin has its own and counts as a site of its own, and redirects are followed one by one. Cookies
 * that are Strict stay behind where another site leads.
 */
export class Browser {
  readonly #jars = new Map<string, Map<string, Kept>>();

  /** Asks once; follows nothing. */
  async ask(
    method: string,
    url: string,
    body?: object,
    { isFromElsewhere = false }: { readonly isFromElsewhere?: boolean } = {},
  ): Promise<Got> {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map<string, Kept>();
    this.#jars.set(origin, jar);
    const response = await fetch(url, {
      ...{ method, redirect: "manual" },
      headers: {
        cookie: [...jar]
          .filter(([, { isStrict }]) => !(isStrict && isFromElsewhere))
          .map(([name, { value }]) => `${name}=${value}`)
          .join("; "),
        ...(method === "GET" ? {} : { "freshet-csrf": "1" }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const each of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = each.split(/; */);
      const place = pair.indexOf("=");
      const isGone = attributes.some((one) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(one));
      if (isGone) jar.delete(pair.slice(0, place));
      else {
        const isStrict = attributes.some((one) => /^samesite=strict$/i.test(one));
        jar.set(pair.slice(0, place), { value: pair.slice(place + 1), isStrict });
      }
    }
    const text = await response.text();
    const location = response.headers.get("location");
    return {
      status: response.status,
      location: location === null ? undefined : new URL(location, url).href,
      headers: response.headers,
      body: response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text,
    };
  }

  /** Goes where it is led, until `isThere` or until nobody leads on; answers with the addresses on the way. */
  async follow(url: string, isThere: (url: string) => boolean): Promise<readonly string[]> {
    const way = [url];
    let isFromElsewhere = false;
    for (let next: string | undefined = url; next !== undefined && way.length < 20; ) {
      if (isThere(next)) break;
      isFromElsewhere ||= new URL(next).origin !== new URL(url).origin;
      next = (await this.ask("GET", next, undefined, { isFromElsewhere })).location;
      if (next !== undefined) way.push(next);
    }
    return way;
  }
}
