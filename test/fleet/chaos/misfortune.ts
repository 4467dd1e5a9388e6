import { setTimeout as sleep } from "node:timers/promises";
import type { Fleet, FleetNode } from "../fleet.ts";
import type { Callers, Change } from "./callers.ts";
import type { Gate } from "./gate.ts";
import type { Takeovers } from "./takeovers.ts";
import type { Weather } from "./weather.ts";
import type { Witness } from "./witness.ts";

/** Of two misfortunes in one round neither has a part that the other one needs. */
export type Part = "servers" | "store" | "varnish" | "nginx";

/** Something that happens to the fleet. When `happen` resolves it is over: what broke is whole again. */
export interface Misfortune {
  readonly name: string;
  readonly parts: readonly Part[];
  happen(scene: Scene): Promise<void>;
}

/** What was seen that proves that a misfortune was one. */
export interface Seen {
  /** Milliseconds until another worker took up what a killed one had in hand. */
  readonly resumed: number[];
  /** Old answers that thawed servers gave to requests of before. */
  thawed: number;
  /** Dictionaries of numbers that were found full. */
  filled: number;
  /** Invalidations that named a dead node. */
  named: number;
  /** Times that everything was journalled as invalid because the journal was behind. */
  raised: number;
  readonly wrong: string[];
}

/** Where misfortunes happen. */
export interface Scene {
  readonly fleet: Fleet;
  readonly gate: Gate;
  readonly weather: Weather;
  readonly witness: Witness;
  readonly callers: Callers;
  readonly takeovers: Takeovers;
  readonly seen: Seen;
  readonly random: () => number;
  /** A picture that nobody has asked for yet, and that only who made it asks for. */
  newPicture(): string;
}

export const within = ({ random }: Scene, count: number): number => Math.floor(random() * count);

/** An invalidation of these originals. */
export const ofOriginals = (...covers: readonly string[]): Change => ({
  request: { scope: "original", urls: covers.map((each) => `/_site_/${each}`) },
  covers,
});

/** Gives the pictures their first bytes: nothing of them is anywhere yet. */
export const publish = ({ fleet }: Scene, ...pictures: readonly string[]): Promise<number> =>
  fleet.origin.change(pictures.map((each) => `/media/${each}`));

export function anyNode(scene: Scene, driver: FleetNode["driver"]): FleetNode {
  const some = scene.fleet.nodes.filter((each) => each.driver === driver);
  const node = some[within(scene, some.length)];
  if (!node) throw new Error(`The fleet has no ${driver}.`);
  return node;
}

/** Ends a node, keeps it away until `meanwhile` is over, and starts it again. */
export async function without(
  { weather }: Scene,
  node: FleetNode,
  meanwhile: () => Promise<unknown>,
  how: "killed" | "in order" = "killed",
): Promise<void> {
  weather.ended.add(node.url);
  weather.down.add(node.url);
  if (how === "killed") {
    await node.kill();
    await meanwhile();
  }
  await node.restart();
  await node.joined();
  weather.down.delete(node.url);
}

/** As whoever supervises the process does it: a start that fails is tried again. */
export async function untilStarted(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (fault) {
      if (attempt === 20) throw fault;
      await sleep(200);
    }
  }
}
