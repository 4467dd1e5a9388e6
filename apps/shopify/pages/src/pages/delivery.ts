import type { HomeAnswer } from "../../../src/api/answers.ts";
import { ask } from "../ask.ts";
import { type Child, h } from "../element.ts";
import { agoText, countOf, countText, timeText } from "../format.ts";
import { act, clicked } from "../parts/act.ts";
import { confirm } from "../parts/confirm.ts";
import { healthBanner } from "../parts/health.ts";
import { loadInto } from "../parts/load.ts";
import { badge } from "../parts/states.ts";
import { sweepLine } from "../parts/sweep.ts";
import type { Page } from "../router.ts";
import type { Word } from "../words.ts";

const LOOK_MS = 2_000;
const HEALTH: Readonly<Record<HomeAnswer["health"]["state"], Word>> = {
  ok: { text: "Well", tone: "success" },
  behind: { text: "Changes on their way", tone: "info" },
  attention: { text: "Needs attention", tone: "critical" },
  off: { text: "Switched off", tone: "neutral" },
};

/** The switch, what makes everything fresh, and how the app itself is. */
export const deliveryPage: Page = (visit) => {
  const home = loadInto<HomeAnswer>({
    visit,
    path: "/api/home",
    what: "Asking how the shop stands",
    draw: (answer) => [
      ...healthBanner(answer.shop, answer.health, true),
      switchSection(answer, turn),
      freshSection(answer, purgeAll),
      sweepSection(answer, sweep),
      healthSection(answer),
    ],
    put: (nodes) => visit.show(h("s-page", { heading: "Delivery" }, nodes)),
  });
  visit.every(LOOK_MS, () => home.load());

  const turn = (on: boolean, button: HTMLElement | undefined) =>
    void act(button, on ? "Pictures come from Freshet again." : "Pictures come from Shopify now.", () =>
      ask("/api/switch", { method: "PUT", body: { on } }),
    ).then(() => home.load());
  const purgeAll = (button: HTMLElement | undefined) =>
    void act(button, "Every picture is being fetched anew.", () =>
      ask("/api/purge", { method: "POST", body: { all: true } }),
    ).then(() => home.load());
  const sweep = (event: Event) =>
    void act(clicked(event), "All images are being looked through.", () =>
      ask("/api/sweep", { method: "POST" }),
    ).then(() => home.load());
};

type Button = HTMLElement | undefined;

function switchSection({ shop }: HomeAnswer, turn: (on: boolean, button: Button) => void): HTMLElement {
  const off = (event: Event) => {
    const button = clicked(event);
    confirm({
      heading: "Switch Freshet off?",
      what: [
        "Visitors see Shopify's own pictures within seconds, whatever the theme says. Nothing of the theme has to be changed, and it can be switched on again at any time.",
      ],
      yes: "Switch off",
      work: () => turn(false, button),
    });
  };
  const told = shop.delivery === "redirect" ? "lead to Shopify" : "are answered by Freshet";
  return h(
    "s-section",
    { heading: "Off switch" },
    h(
      "s-stack",
      { direction: "inline", gap: "small", alignitems: "center" },
      h("s-text", { type: "strong" }, "Pictures from Freshet"),
      badge(shop.is_on ? { text: "On", tone: "success" } : { text: "Off", tone: "neutral" }),
    ),
    h("s-paragraph", {}, shop.delivery === null ? "Nothing is delivered yet." : `Delivery URLs ${told} now.`),
    h(
      "s-stack",
      { direction: "inline" },
      shop.is_on
        ? h("s-button", { onclick: off, tone: "critical", "data-key": "turn" }, "Switch off")
        : h(
            "s-button",
            { onclick: (event) => turn(true, clicked(event)), variant: "primary", "data-key": "turn" },
            "Switch on",
          ),
    ),
  );
}

function freshSection({ shop }: HomeAnswer, purgeAll: (button: Button) => void): HTMLElement {
  const ask = (event: Event) => {
    const button = clicked(event);
    confirm({
      heading: "Fetch every picture anew?",
      what: [
        "Every picture of the shop is asked of Shopify again when it is next wanted, also those that no list here knows. Pages are a little slower until then.",
      ],
      yes: "Fetch all anew",
      work: () => purgeAll(button),
    });
  };
  return h(
    "s-section",
    { heading: "Everything anew" },
    h(
      "s-paragraph",
      {},
      "Changes of pictures are noticed by themselves. This is for what nobody could notice, such as other bytes under an address that stayed the same.",
    ),
    h(
      "s-stack",
      { direction: "inline" },
      h("s-button", { onclick: ask, disabled: shop.project === null, "data-key": "all" }, "Fetch all anew"),
    ),
  );
}

function sweepSection({ sweep }: HomeAnswer, begin: (event: Event) => void): HTMLElement {
  return h(
    "s-section",
    { heading: "Look through all images" },
    sweepLine(sweep),
    h(
      "s-stack",
      { direction: "inline" },
      h(
        "s-button",
        { onclick: begin, disabled: sweep.state === "running", "data-key": "sweep" },
        "Look through all now",
      ),
    ),
  );
}

function healthSection({ health, shop }: HomeAnswer): HTMLElement {
  const { done = 0, failed = 0, received = 0, invalidating = 0 } = health.events;
  const facts: readonly (readonly [string, Child])[] = [
    ["State", badge(HEALTH[health.state])],
    ["Delivery host", shop.endpoint === null ? "none yet" : h("code", { class: "address" }, shop.endpoint)],
    ["Project", shop.project ?? "none yet"],
    ["Domains of the shop", shop.origins.join(", ") || "unknown"],
    ["Last word from Shopify", `${timeText(health.webhook_at)}`],
    [
      "Files last asked for",
      `${agoText(health.polled_at)}, every ${countOf(Math.max(1, Math.round(health.poll_every_ms / 1_000)), "second")}`,
    ],
    [
      "Changes in the log",
      `${countText(done)} arrived, ${countText(received + invalidating)} on their way, ${countText(failed)} failed`,
    ],
    ["Looks at Shopify waiting", countText(health.jobs)],
    ["Access", health.scopes.join(", ") || "none"],
    ["Installed", timeText(shop.installed_at)],
  ];
  return h(
    "s-section",
    { heading: "Health" },
    h(
      "dl",
      { class: "facts" },
      facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
  );
}
