/** The administrator in wp-admin, by forms and links as a browser sends them. */
export interface Admin {
  /** Text of a page of status 200, followed through redirects. Takes a path below wp-admin or a link of a page. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** Sends a form and gives the text of what it leads to. */
  post(
    path: string,
    fields: Readonly<Record<string, string | readonly string[] | File>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** The cookies, for a browser. */
  readonly cookies: ReadonlyMap<string, string>;
}

const MOST_REDIRECTS = 5;

/** Logs in. */
export async function openAdmin(
  url: string,
  login: { readonly user: string; readonly password: string },
): Promise<Admin> {
  const cookies = new Map([["wordpress_test_cookie", "WP%20Cookie%20check"]]);

  const ask = async (address: URL, init: RequestInit = {}, hop = 0): Promise<string> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(init.headers as Record<string, string> | undefined), cookie };
    const answer = await fetch(address, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await answer.text();
    const to = answer.headers.get("location");
    if (answer.status >= 300 && answer.status < 400 && to !== null && hop < MOST_REDIRECTS)
      return ask(new URL(to, address), {}, hop + 1);
    if (answer.status !== 200) throw new Error(`${address}: ${answer.status} ${text.slice(0, 600)}`);
    return text;
  };
  const addressOf = (path: string) => new URL(unescapeLink(path), `${url}/wp-admin/`);
  const admin: Admin = {
    cookies,
    get: (path, headers = {}) => ask(addressOf(path), { headers }),
    post(path, fields, headers = {}) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) {
        if (typeof value === "string") form.append(name, value);
        else if (value instanceof File) form.append(name, value);
        else for (const each of value) form.append(name, each);
      }
      return ask(addressOf(path), { method: "POST", body: form, headers });
    },
  };
  const { user, password } = login;
  const page = await admin.post("../wp-login.php", { log: user, pwd: password, "wp-submit": "Log In" });
  if (!page.includes("wp-admin-bar")) throw new Error(`No log-in as ${user}: ${page.slice(0, 300)}`);
  return admin;
}

/** A link or nonce of a page by the first group of a pattern. */
export function find(page: string, pattern: RegExp): string {
  const found = pattern.exec(page)?.[1];
  if (found === undefined) throw new Error(`The page has no ${pattern}: ${page.slice(0, 2_000)}`);
  return found;
}

const unescapeLink = (text: string) => text.replaceAll("&#038;", "&").replaceAll("&amp;", "&");
