import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingBrowser } from "../support/browser.ts";
import { type Console, startConsole, type Watched } from "./console.ts";
import { judge, visit } from "./visit.ts";

const missing = missingBrowser().join(", ") || undefined;
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the console is tested, but ${missing} is missing.`);

const EVIL = `<img src=x onerror="window.hacked=1">"'&`;
const placeOf = (project: string, target: string) =>
  `/p/${project}/playground?url=${encodeURIComponent(target)}`;
const PORTRAIT = placeOf("demo", "/v7/_sample_/portrait.jpg?w=480&h=320&gravity=50p,20p");
const SALT = "0123456789abcdef0123456789abcdef";
const SAMPLE = { aliases: { _sample_: { folder: "sample" } } };

describe.skipIf(missing)(`the playground ${missing ?? ""}`, () => {
  let all: Console;
  let own: Watched;
  const url = () => own.tab.getByRole("textbox", { name: "Delivery URL" });
  const written = () =>
    own.tab.evaluate<string>(`document.querySelector("textarea[aria-label='Delivery URL']").value`);

  beforeAll(async () => {
    all = await startConsole();
    own = await all.tab();
    const rows = [{ url: `/v7/${encodeURIComponent(`https://shop.example/${EVIL}.jpg`)}?ci_url_encoded=1` }];
    await own.tab.route(/\/stats\/logs\/urls/, (route) =>
      route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify({ rows }) }),
    );
  }, 180_000);
  afterAll(() => all?.close(), 60_000);

  test("shows the picture of its address beside the original, in every form", async () => {
    await visit(all, own, {
      path: PORTRAIT,
      name: "playground",
      ready: (tab) => tab.getByText("% less").first(),
    });
  });

  test("has knobs that follow a pasted URL, and a URL that follows the knobs", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${PORTRAIT}`);
    await url().fill("https://elsewhere.example/v7/_sample_/landscape.jpg?width=300&f=gray&w2=1");
    await tab.getByText("300 × 200").first().waitFor();
    await tab.getByRole("textbox", { name: "Width w", exact: true }).fill("200");
    await tab.getByText("200 × 133").first().waitFor();
    await expect
      .poll(written, { timeout: 20_000 })
      .toBe(`${all.freshet.url}/v7/_sample_%2Flandscape.jpg%3Fw2%3D1?ci_url_encoded=1&w=200&gray=1`);
    await expect
      .poll(() => new URL(tab.url()).searchParams.get("url"), { timeout: 20_000 })
      .toContain("w=200");
    await tab.reload();
    await tab.getByText("200 × 133").first().waitFor();
  });

  test("takes a focal point by keys in the picture", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${PORTRAIT}`);
    await tab.getByText("480 × 320").first().waitFor();
    await tab
      .getByRole("button", { name: /^Focal point: 50 percent across, 20 percent down/ })
      .press("ArrowDown");
    await tab.getByRole("button", { name: /^Focal point: 50 percent across, 21 percent down/ }).waitFor();
    await expect.poll(() => written(), { timeout: 20_000 }).toContain("50p,21p");
  });

  test("says why there is no picture, and of names shows the text alone", async () => {
    const { tab } = own;
    const evil = `/v7/${encodeURIComponent(`https://shop.example/${EVIL}.jpg`)}?ci_url_encoded=1&wat=1`;
    await tab.goto(`${all.freshet.url}/console${placeOf("demo", evil)}`);
    await tab.getByText("ORIGINAL_NOT_ALLOWED").first().waitFor();
    // What the browser itself says of a 403 is no fault of the page.
    expect(own.errors.splice(0).every((each) => /Failed to load resource/.test(each))).toBe(true);
    await judge(all, own, "playground-refused");
    await tab.getByRole("combobox", { name: "Picture" }).click();
    await tab.getByText(`${EVIL}.jpg`).first().waitFor();
    expect(await tab.evaluate("window.hacked")).toBeUndefined();
  });

  test("compares formats and writes code for four languages", async () => {
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${PORTRAIT}`);
    await tab.getByText("480 × 320").first().waitFor();
    await tab.getByRole("button", { name: "Compare" }).click();
    for (const format of ["AVIF", "WebP", "JPEG", "PNG"])
      await tab.getByRole("img", { name: `As ${format}` }).waitFor();
    for (const [language, sign] of [
      ["Liquid", "freshet-image"],
      ["PHP", "Freshet_Delivery_Url::base"],
      ["React", "buildDeliveryUrl("],
    ] as const) {
      await tab.getByRole("tab", { name: language }).click();
      await tab.getByText(sign).first().waitFor();
    }
    await judge(all, own, "playground-formats");
  });

  test("shows whoever may not read the project nothing of it", async () => {
    const made = await all.ask("POST /projects", { name: "shop", settings: SAMPLE });
    expect(made.status).toBe(201);
    const { body } = await all.ask("POST /access/users", {
      ...{ email: "bo@shop.example", name: "Bo", rights: { projects: { shop: "read" } } },
    });
    const wish = { token: body.invitation, password: "a lake has two shores" };
    // Whoever follows a link is signed in by it: nobody may be before.
    const joined = await all.ask("POST /access/invitation", wish, "");
    expect(joined.status).toBe(201);
    const session = await all.signIn({ email: "bo@shop.example", password: "a lake has two shores" });
    const guest = await all.tab(session);
    await guest.tab.goto(`${all.freshet.url}/console${PORTRAIT}`);
    await guest.tab.getByText("Your rights do not reach this page.").waitFor();
    const picture = await all.ask("GET /projects/demo/picture?url=/v7/_sample_/logo.png", undefined, session);
    expect(picture.status).toBe(403);
    await guest.tab.close();
  });

  test("says that a project takes signed URLs alone", async () => {
    const settings = { ...SAMPLE, security: { salt: SALT } };
    const made = await all.ask("POST /projects", { name: "closed", settings });
    expect([made.status, made.body]).toMatchObject([201, {}]);
    const { tab } = own;
    await tab.goto(`${all.freshet.url}/console${placeOf("closed", "/v7/_sample_/logo.png?w=200")}`);
    await tab.getByText("SIGNATURE_MISSING").first().waitFor();
    own.errors.splice(0);
  });

  test("shows who serves", async () => {
    await visit(all, own, {
      path: "/instances",
      name: "instances",
      ready: (tab) => tab.getByText("The one instance follows."),
    });
  });
});
