import type { Store } from "@freshet/store";
import type { AssetIndex } from "./assets/asset-index.ts";
import type { Environments } from "./assets/environments.ts";
import type { Usage } from "./assets/usage.ts";
import type { ContentfulClient } from "./cma/client.ts";
import type { Place } from "./cma/exchange.ts";
import type { Spaces } from "./spaces.ts";
import type { Walks } from "./walk/walks.ts";

/** One space of Contentful, with everything that an event of it is understood by. */
export interface ContentfulSpace {
  readonly id: string;
  /** The environment, or the alias, that visitors see: stable ids stand for its files. */
  readonly environment: string;
  /** Places besides Contentful's own where files may be. */
  readonly origins: readonly string[];
  /** Address of the web app, for links. */
  readonly webApp: string;
  readonly store: Store;
  readonly index: AssetIndex;
  readonly environments: Environments;
  readonly usage: Usage;
  readonly walks: Walks;
  readonly spaces: Spaces;
  /** Absent where the app has no private key: then nothing is compared, only events are followed. */
  readonly cma: ContentfulClient | undefined;
}

/** Where the app asks about an environment of the space. */
export const placeIn = ({ id }: ContentfulSpace, environment: string): Place => ({ space: id, environment });

export const linkTo = ({ webApp, id }: ContentfulSpace, environment: string, asset: string) =>
  `${webApp}/spaces/${id}/environments/${environment}/assets/${asset}`;
