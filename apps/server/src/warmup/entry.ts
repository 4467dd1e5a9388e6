import { readWarmUpEntry } from "@freshet/core";
import { codeOf } from "../delivery/deliver.ts";
import type { DeliveryRequest, DeliveryRequests } from "../delivery/request.ts";
import { type ErrorCode, ServerError } from "../errors.ts";
import { isReserved } from "../plugins/reserved.ts";
import { originHosts } from "../projects/originals.ts";
import type { Project, Projects } from "../projects/project.ts";
import { reachOf } from "../sources/allow-list.ts";

/** One entry of a list that can be warmed. */
export interface Named {
  readonly host: string;
  /** Path and query, raw, as a visitor's browser sends them. */
  readonly target: string;
  /** The lane that it waits in. */
  readonly origin: string;
}

/** Or why it cannot. */
export interface Refused {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
}

/** Whose list it is. */
export interface Whose {
  readonly project: Project;
  readonly projects: Projects;
  /** `Host` of the request that brought the list. */
  readonly host: string | undefined;
  /** Reads URLs as visitors' are read. */
  readonly requests: Pick<DeliveryRequests, "read">;
}

/** Reads one entry: a path with its query, or a whole delivery URL of this project. Never throws. */
export function readEntry(entry: unknown, whose: Whose): Named | Refused {
  try {
    const { host, target } = addressOf(entry, whose);
    if (isReserved(target))
      throw wrong("The path is one of the server's own addresses; write /v7/ in front.");
    const read = whose.requests.read(host, target);
    if (read.project !== whose.project) throw new ServerError("WARMUP_HOST_WRONG");
    for (const source of read.sources) checkSource(source);
    return { host, target, origin: laneOf(read) };
  } catch (error) {
    const { code, detail } = codeOf(error);
    return { code, detail };
  }
}

export const isRefused = (read: Named | Refused): read is Refused => "code" in read;

/** The lane of an original: its host, or for what is no host's the place that it lies in. */
function laneOf({ original: { location, project } }: Pick<DeliveryRequest, "original">): string {
  if (location.kind === "http") return URL.parse(location.urls[0] ?? "")?.host ?? "";
  if (location.kind === "folder") return `${FOLDER}${project.name}/${location.folder}`;
  if (location.kind === "files") return `${FOLDER}${project.name}/`;
  if (location.kind === "contentful") return `contentful:${project.name}`;
  return `${location.place.kind}:${URL.parse(location.place.endpoint)?.host ?? ""}`;
}

const FOLDER = "folder:";

/** A folder is on this machine, and uploaded files are in the store: nobody has to be spared. */
export const isFolderLane = (origin: string): boolean => origin.startsWith(FOLDER);

/** @throws ServerError for an original that would be refused, or whose answer nobody may keep. */
function checkSource({ location, policy, isForOne }: DeliveryRequest["sources"][number]): void {
  if (isForOne)
    throw new ServerError(
      "WARMUP_NOT_KEPT",
      "The origin is told who asks, so each visitor has an answer of his own.",
    );
  if (location.kind !== "http") return;
  const isAllowed = location.urls.some((each) => {
    const url = URL.parse(each);
    return url !== null && reachOf(url, policy) !== undefined;
  });
  if (!isAllowed) throw new ServerError("ORIGINAL_NOT_ALLOWED");
}

function addressOf(entry: unknown, whose: Whose): { readonly host: string; readonly target: string } {
  if (typeof entry !== "string") throw wrong("It is no text.");
  const read = readWarmUpEntry(entry, {
    isOwn: (host) => isOwn(host, whose),
    isOrigin: (host) => isOrigin(host, whose.project),
  });
  if (read.ok) return { host: read.host ?? usualHost(whose), target: read.target };
  if (read.reason === "host") throw new ServerError("WARMUP_HOST_WRONG", read.sentence);
  throw wrong(read.sentence);
}

const wrong = (detail: string) => new ServerError("WARMUP_URL_WRONG", detail);

/** Whether the project's pictures are delivered under a host, or the list came to it and its project answers there. */
function isOwn(host: string, whose: Whose): boolean {
  const isAnswered = whose.projects.byHost(host) === whose.project;
  return isAnswered && (isNamed(host, whose.project) || host === whose.host?.toLowerCase());
}

/** One of the project's hosts, or one that begins with its name. */
function isNamed(host: string, { hosts, name }: Project): boolean {
  const bare = host.replace(/:\d*$/, "");
  return [host, bare].some((each) => hosts.includes(each)) || bare.split(".", 1)[0] === name;
}

function isOrigin(host: string, project: Project): boolean {
  const url = URL.parse(`http://${host}`);
  return url !== null && reachOf(url, { ...project.source, allow: originHosts(project) }) !== undefined;
}

/** The host of a path: the one that the list came to, where the project names it or names none; else its first. */
function usualHost(whose: Whose): string {
  const { project } = whose;
  const asked = whose.host?.toLowerCase() ?? "";
  const isUsual = project.hosts.length === 0 || isNamed(asked, project);
  return isUsual && isOwn(asked, whose) ? asked : (project.hosts[0] ?? project.name);
}
