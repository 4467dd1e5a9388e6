import { randomBytes } from "node:crypto";
import type { Toolkit } from "./toolkit.ts";

/** An event before it is sent; each sending is signed anew, as Contentful's are. */
export interface OutgoingEvent {
  readonly topic: string;
  readonly body: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where events of the app go, and with which secret they are signed. */
export interface Subscription {
  readonly url: string;
  secret: string;
  readonly topics: readonly RegExp[];
}

/** What becomes of events: they are sent, kept back until somebody sends them, or never heard of again. */
export type Mode = "sent" | "held" | "lost";

/** Tells subscribers what happened in a space. */
export function createEvents(toolkit: Toolkit) {
  const subscriptions: Subscription[] = [];
  const held: OutgoingEvent[] = [];
  const all: OutgoingEvent[] = [];
  const state: { mode: Mode } = { mode: "sent" };

  const send = async (event: OutgoingEvent, attempt = 1): Promise<readonly number[]> => {
    const answers: number[] = [];
    for (const { url, secret, topics } of subscriptions) {
      if (!topics.some((topic) => topic.test(event.topic))) continue;
      const headers = { ...event.headers, "x-contentful-webhook-request-attempt": String(attempt) };
      const path = new URL(url).pathname;
      const signature = toolkit.signRequest(secret, { method: "POST", path, headers, body: event.body });
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, ...signature },
        body: event.body,
      });
      await response.body?.cancel();
      answers.push(response.status);
    }
    return answers;
  };

  return {
    subscriptions,
    held,
    all,
    state,
    send,
    async tell(
      topic: string,
      body: object,
      { space, environment, path }: { space: string; environment: string; path: string },
    ) {
      const event: OutgoingEvent = {
        topic,
        body: JSON.stringify(body),
        key: randomBytes(32).toString("hex"),
        headers: {},
      };
      const headers = {
        "content-type": "application/vnd.contentful.management.v1+json",
        "x-contentful-topic": `ContentManagement.${topic}`,
        "x-contentful-webhook-name": "Freshet",
        "x-contentful-crn": `crn:contentful:::content:spaces/${space}/environments/${environment}/${path}`,
        "x-contentful-event-datetime": new Date().toISOString(),
        "x-contentful-idempotency-key": event.key,
      };
      const whole = { ...event, headers };
      all.push(whole);
      if (state.mode === "held") held.push(whole);
      else if (state.mode === "sent") await send(whole);
    },
  };
}

export type Events = ReturnType<typeof createEvents>;
