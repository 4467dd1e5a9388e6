import type { HomeAnswer, Step } from "../../../src/api/answers.ts";
import { ask } from "../ask.ts";
import { readEmbedStatus } from "../bridge.ts";
import { h } from "../element.ts";
import { countOf } from "../format.ts";
import { healthBanner } from "../parts/health.ts";
import { loadInto } from "../parts/load.ts";
import { badge } from "../parts/states.ts";
import { sweepLine } from "../parts/sweep.ts";
import type { Page } from "../router.ts";
import { embedSection } from "../sections/embed.ts";
import { honestSection } from "../sections/honest.ts";
import { themeSection } from "../sections/theme.ts";
import { STEP_STATES, STEPS } from "../words.ts";

const LOOK_MS = 3_000;

/** What is done, what is left, and how the shop stands. */
export const homePage: Page = (visit) => {
  const home = loadInto<HomeAnswer>({
    visit,
    path: "/api/home",
    what: "Asking how the shop stands",
    draw,
    put: (nodes) => visit.show(h("s-page", { heading: "Freshet" }, nodes)),
  });
  visit.every(LOOK_MS, () => home.load());
  void handOnEmbed().then((isNew) => {
    if (isNew) home.load();
  });
};

/** Only the browser of a merchant can ask whether the embed is on; the app is told. */
async function handOnEmbed(): Promise<boolean> {
  const status = await readEmbedStatus();
  if (status === undefined) return false;
  await ask("/api/embed", { method: "PUT", body: { status } }).catch(() => {});
  return true;
}

function draw(home: HomeAnswer): readonly Node[] {
  const { steps, images, sweep, shop, embed, health } = home;
  return [
    ...healthBanner(shop, health),
    setupSection(steps, embed.activate_url),
    h(
      "s-section",
      { heading: "Images" },
      h(
        "s-paragraph",
        {},
        `${countOf(images.present, "image")} looked after. ${countOf(images.changed, "change")} in the last seven days.`,
      ),
      sweepLine(sweep),
      h(
        "s-stack",
        { direction: "inline", gap: "base" },
        h("s-button", { href: "/app/images", "data-key": "images" }, "See images"),
        h("s-button", { href: "/app/changes", variant: "tertiary", "data-key": "changes" }, "See changes"),
      ),
    ),
    embedSection(embed),
    themeSection(shop),
    honestSection(),
  ];
}

function setupSection(steps: readonly Step[], activateUrl: string): HTMLElement {
  const done = steps.filter(({ state }) => state === "done").length;
  const isWhole = done === steps.length;
  return h(
    "s-section",
    { heading: isWhole ? "Everything is set up" : "Setup" },
    h("s-paragraph", {}, `${done} of ${steps.length} steps are done.`),
    h("s-progress", { value: done, max: steps.length, accessibilitylabel: "Steps that are done" }),
    h(
      "ol",
      { class: "steps" },
      steps.map(({ id, state, note }) =>
        h(
          "li",
          { "data-step": id },
          h(
            "s-stack",
            { direction: "inline", gap: "small", alignitems: "center" },
            h("s-text", { type: "strong" }, STEPS[id]),
            badge(STEP_STATES[state]),
          ),
          h("s-paragraph", { color: "subdued" }, note),
          id === "embed" &&
            state === "todo" &&
            h(
              "s-button",
              { href: activateUrl, target: "_top", variant: "primary", "data-key": "activate" },
              "Open the theme editor",
            ),
        ),
      ),
    ),
  );
}
