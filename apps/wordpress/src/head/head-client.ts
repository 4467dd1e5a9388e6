import type { Site } from "../site.ts";
import type { HeadClient } from "./head-adapter.ts";
import { createMediaSource } from "./media-source.ts";
import { createOriginFiles } from "./origin-file.ts";
import { createTurns } from "./polite.ts";
import { createMediaList } from "./rest-media.ts";
import { type RobotsRules, readRobots } from "./robots.ts";

const AGENT = "Freshet";
const AT_ONCE = 4;
const RULES_FOR_MS = 3_600_000;
const TIMEOUT_MS = 20_000;

/** Looks at one site over HTTP, at most so many requests a second and four at a time. */
export function createHeadClient(options: {
  readonly site: Site;
  readonly perSecond: number;
  readonly now: () => number;
}): HeadClient {
  const { site, perSecond, now } = options;
  const turns = createTurns({ perSecond, atOnce: AT_ONCE, now });
  const list = createMediaList(site, createMediaSource(site));
  let rules: Promise<RobotsRules> | undefined;
  let rulesUntil = 0;
  return {
    media: { after: (place, limit) => turns.take(() => list.after(place, limit)) },
    files: createOriginFiles({ turns, agent: `${AGENT} (image CDN; looks for changed pictures)`, now }),
    rules() {
      if (rules === undefined || now() > rulesUntil) {
        rulesUntil = now() + RULES_FOR_MS;
        rules = turns.take(() => robotsOf(site));
        rules.catch(() => {
          rules = undefined;
        });
      }
      return rules;
    },
  };
}

/** A site without the file forbids nothing; one that is in trouble is not asked for more (RFC 9309). */
async function robotsOf(site: Site): Promise<RobotsRules> {
  const response = await fetch(new URL("/robots.txt", site.url), {
    headers: { "user-agent": AGENT },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`${site.url} cannot be reached.`, { cause });
  });
  if (response.status >= 500) {
    await response.body?.cancel();
    throw new Error(`${site.url} answered ${response.status} when asked for its robots.txt.`);
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    return readRobots("", AGENT);
  }
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 500_000) break;
  }
  return readRobots(text, AGENT);
}
