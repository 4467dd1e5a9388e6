import { fillField } from "../storm/fill.ts";
import { createPace } from "../storm/pace.ts";
import { runScopeStorm, type ScopeStormReport } from "../storm/scope-storm.ts";
import { fieldOf, RULES } from "../storm/scopes.ts";
import { randomFrom } from "../storm/storm.ts";
import { vclWithout } from "../storm/without.ts";
import { NGINX_CHANGES } from "../storm/without-nginx.ts";
import { API_KEY, startFleet } from "./fleet.ts";
import { serverWithout } from "./server-without.ts";
import type { Scene } from "./switches.ts";

/** What a storm over a fleet found. */
export interface FleetStormReport extends ScopeStormReport {
  /** Answers of nodes before the storm: each variant of each original once. */
  readonly filled: number;
  /** Servers that invalidations wait for in the end: neither skipped nor, after a minute of that, removed. */
  readonly waitedFor: number;
}

/**
 * Three servers over PostgreSQL, two Varnish and one nginx in front, all originals kept by the nodes; then the storm. Some answers of
 * the origin take longer than an invalidation, and so do some between server and node: whoever is overtaken on the way is old.
 */
export async function stormOverFleet(options: {
  readonly scene: Scene;
  readonly originals: number;
  readonly invalidations: number;
  readonly seed: number;
  readonly untilStale: boolean;
}): Promise<FleetStormReport> {
  await using started = new AsyncDisposableStack();
  const { scene } = options;
  const { longestTransitMs = Number.POSITIVE_INFINITY } = scene;
  const random = randomFrom(options.seed);
  const field = fieldOf(options.originals);
  const pace = createPace();
  let isStorming = false;

  const vcl = await vclWithout(scene.varnish ?? []);
  started.defer(vcl.remove);
  const build = scene.edits ? await serverWithout(scene.edits) : undefined;
  if (build) started.defer(build.remove);
  const fleet = await startFleet({
    ...{ servers: 3, varnish: 2, nginx: 1, tags: RULES, patienceMs: 20_000, leaseMs: scene.leaseMs ?? 1_000 },
    delay() {
      if (!isStorming) return 0;
      return random() < 0.1 ? pace.behindDone(1 + Math.floor(random() * 3)) : random() * 80;
    },
    half: () => isStorming && random() < 0.3,
    transit: () =>
      isStorming && random() < 0.5 ? Math.min(longestTransitMs, random() * 0.6 * pace.typicalMs) : 0,
    main: () => build?.main,
    vcl: vcl.path,
    nginxChanges: (scene.nginx ?? []).map((change) => NGINX_CHANGES[change]),
  });
  started.defer(fleet.stop);
  const [first] = fleet.servers;
  const nodes = fleet.nodes.map(({ url }) => url);
  const change = (paths: readonly string[]) => fleet.origin.change(paths.map((path) => `/media/${path}`));
  await change(field.pictures);
  if (scene.isFirstParted) for (const node of fleet.nodes) node.lead(0, 1, 2);
  const filled = await fillField(field, nodes);
  if (scene.isFirstParted) first?.part("cut");
  isStorming = true;
  const report = await runScopeStorm({
    field,
    origin: { ...fleet.origin, change },
    apis: scene.isFirstParted ? fleet.apis.slice(1) : fleet.apis,
    apiKey: API_KEY,
    places: scene.isFirstParted ? nodes : fleet.places,
    invalidations: options.invalidations,
    random,
    pace,
    untilStale: options.untilStale,
  });
  return { ...report, filled, waitedFor: await waitedForAt(fleet.apis.at(-1) ?? "") };
}

async function waitedForAt(api: string): Promise<number> {
  const answer = await fetch(`${api}/instances`, { headers: { "x-client-key": API_KEY } });
  const { instances } = (await answer.json()) as {
    readonly instances: readonly { readonly state: string }[];
  };
  return instances.filter(({ state }) => state !== "skipped").length;
}
