import type { Desk } from "@freshet/connector";
import type { Config } from "../config.ts";
import type { ProjectPort } from "../project-port.ts";
import type { ContentfulSpace } from "../space.ts";
import type { Call } from "./call.ts";
import type { Roles } from "./roles.ts";

/** What the routes of the API are made of. */
export interface ApiParts {
  readonly config: Config;
  readonly roles: Roles;
  /** The connector's inbox. */
  readonly inbox: () => Desk;
  /** The delivering project of a space. */
  readonly project: (space: string) => ProjectPort;
  readonly now: () => number;
}

/** A call, and the space that it is about. */
export interface SpaceCall extends Call {
  readonly of: ContentfulSpace;
  /** The environment behind what the page named. */
  readonly resolved: string;
}

/** Answers a call with what is sent as JSON. @throws ApiError */
export type Answer = (call: SpaceCall) => Promise<object>;
