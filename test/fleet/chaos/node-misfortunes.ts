import { setTimeout as sleep } from "node:timers/promises";
import { anyNode, type Misfortune, ofOriginals, publish, within, without } from "./misfortune.ts";

const DOWN_MS = 1_000;
/** The server tries for about ten seconds before it gives a node up. */
const GIVEN_UP_MS = 90_000;
/** Originals that nobody has, in one invalidation: more tags than the dictionary of a small node has room for. */
const MANY = 1_000;
const IS_FULL = "freshet_numbers is full";

const varnishKilled: Misfortune = {
  name: "a Varnish killed and started again empty",
  parts: ["varnish"],
  happen: (scene) => without(scene, anyNode(scene, "varnish"), () => sleep(within(scene, DOWN_MS))),
};

/** Nobody has asked it for the picture since it changed: what the disk has of it is old, and only the fence knows. */
function nginxRestarted(how: "killed" | "in order"): Misfortune {
  return {
    name: `an nginx ${how === "killed" ? "killed and started again" : "started again in order"} with its disk`,
    parts: ["nginx"],
    async happen(scene) {
      const { witness, callers } = scene;
      const node = anyNode(scene, "nginx");
      const picture = scene.newPicture();
      await publish(scene, picture);
      for (let times = 0; times < 3; times += 1) await witness.read(picture, 0, node.url);
      const sent = await callers.invalidate(ofOriginals(picture));
      await sent.ended;
      await without(scene, node, () => sleep(within(scene, DOWN_MS)), how);
      await witness.read(picture, 0, node.url);
    },
  };
}

/** Every invalidation of meanwhile ends in an error that names it, and is sent again when it is back. */
const nodeDead: Misfortune = {
  name: "a node dead until it is given up",
  parts: ["varnish", "nginx"],
  async happen(scene) {
    const { callers, witness, seen } = scene;
    const node = anyNode(scene, scene.random() < 0.5 ? "varnish" : "nginx");
    const picture = scene.newPicture();
    await publish(scene, picture);
    for (const place of scene.fleet.places) await witness.read(picture, 0, place);
    await without(scene, node, async () => {
      const said = async (): Promise<string> => {
        const sent = await callers.invalidate(ofOriginals(picture));
        const late = sleep(GIVEN_UP_MS, "no error", { ref: false });
        const first = await Promise.race([sent.failed, sent.ended, late]);
        // Another misfortune put the store back.
        return first === "gone" ? said() : first === "no error" ? `no error, but ${sent.said()}` : first;
      };
      const sentence = await said();
      if (sentence.includes(node.url)) seen.named += 1;
      else seen.wrong.push(`while ${node.url} was dead: ${sentence}`);
    });
  },
};

/** There is no room for the numbers of all: the node must give up what it keeps, not what it knows. */
const dictionaryFilled: Misfortune = {
  name: "the dictionary of an nginx filled",
  parts: ["nginx"],
  async happen(scene) {
    const { fleet, witness, callers, seen } = scene;
    const nodes = fleet.nodes.filter(({ driver }) => driver === "nginx");
    const times = () => nodes.reduce((sum, node) => sum + node.log().split(IS_FULL).length - 1, 0);
    const picture = scene.newPicture();
    await publish(scene, picture);
    for (const { url } of nodes)
      for (let again = 0; again < 3; again += 1) await witness.read(picture, 0, url);
    await (await callers.invalidate(ofOriginals(picture))).ended;
    const before = times();
    const folder = scene.newPicture();
    const urls = Array.from({ length: MANY }, (_, each) => `/_site_/${folder}/${each}.png`);
    const fill = async (): Promise<string> => {
      const many = await callers.invalidate({ request: { scope: "original", urls }, covers: [] });
      const how = await many.ended;
      // Another misfortune put the store back.
      return how === "gone" ? fill() : how;
    };
    const how = await fill();
    // Its number is among those that were given up.
    for (const { url } of nodes) await witness.read(picture, 0, url);
    if (times() > before) seen.filled += 1;
    else if (how === "done") seen.wrong.push("a dictionary was not filled");
  },
};

export const NODE_MISFORTUNES = {
  varnishKilled,
  nginxRestarted: nginxRestarted("in order"),
  nginxKilled: nginxRestarted("killed"),
  nodeDead,
  dictionaryFilled,
};
