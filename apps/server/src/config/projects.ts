import { normalizePath, resolveOriginal } from "@freshet/core";
import type { Project } from "../projects/project.ts";
import { readAllowedHost } from "../sources/allow-list.ts";
import { readAliases, readOriginSettings } from "./origins.ts";
import { PROJECT_SCHEMA, type ProjectSection } from "./project-schema.ts";
import { type ReadSecret, type Report, withoutFinalSlash } from "./reading.ts";
import { CONFIG_SCHEMA, type ConfigFile } from "./schema.ts";
import { readPlaceholder } from "./sections/answers.ts";
import { readSecurity, readSizes } from "./sections/security.ts";
import { readShortening } from "./sections/shortening.ts";
import { defaultsOf } from "./shape.ts";

/** What settings may name besides values. */
export interface SettingFiles {
  readonly secretOf: ReadSecret;
  /** Reads a file; undefined, and a report, for one that cannot be read. */
  bytesOf(path: string, place: string): Promise<Uint8Array | undefined>;
}

// The server keeps its own state in these folders of the data folder.
const OWN_FOLDERS: ReadonlySet<string> = new Set([
  "records",
  "originals",
  "variants",
  "wordpress",
  "contentful",
]);

/** Completes the projects of a file with defaults; reports what a schema cannot see. `keyOf` gives configured keys. */
export async function readProjects(
  file: ConfigFile,
  keyOf: (name: string, section: ProjectSection) => Promise<string | undefined>,
  files: SettingFiles,
  report: Report,
): Promise<readonly Project[]> {
  const drafts: Project[] = [];
  for (const [name, section] of Object.entries(file.projects ?? {})) {
    const place = `projects.${name}`;
    const aliases = await readAliases(place, section, files.secretOf, report);
    const origins = await readOriginSettings(place, section, files.secretOf, report);
    checkOrigins(place, section, aliases, report);
    checkWatermark(place, section, aliases, report);
    drafts.push({
      ...draft(name, section, file, await keyOf(name, section)),
      ...(await options(place, section, files, report)),
      aliases,
      origins,
    });
  }
  checkHosts(drafts, report);
  checkKeys(drafts, report);
  return drafts;
}

const { properties: PROPERTIES } = PROJECT_SCHEMA;

function draft(
  name: string,
  section: ProjectSection,
  file: ConfigFile,
  apiKey: string | undefined,
): Omit<Project, "aliases"> {
  const { formats, forwardQuery } = { ...defaultsOf(PROJECT_SCHEMA), ...section };
  const limits = { ...defaultsOf(CONFIG_SCHEMA.properties.limits), ...file.limits };
  const cache = { ...defaultsOf(PROPERTIES.cache), ...section.cache };
  return {
    name,
    apiKey,
    hosts: (section.hosts ?? []).map((host) => host.toLowerCase()),
    prefix: section.prefix === undefined ? undefined : withoutFinalSlash(section.prefix),
    tags: (section.tags ?? []).map(({ match, tag }) => ({ match: normalizePath(match), tag })),
    source: {
      allow: section.origins?.allow ?? [],
      allowPrivate: { ...defaultsOf(PROPERTIES.origins), ...section.origins }.allowPrivate,
      maxBytes: limits.maxOriginalBytes,
      maxVideoBytes: limits.maxVideoBytes,
      timeoutMs: limits.originTimeoutMs,
    },
    formats: [...new Set(formats)],
    forwardQuery,
    cache: {
      browser: cache.browser,
      // Only what can be purged may be kept for long.
      cdn: cache.cdn ?? ((file.cdn ?? []).length > 0 ? 31_536_000 : 60),
      revalidate: cache.revalidate,
      ...(section.cache?.perUrl !== undefined && { perUrl: section.cache.perUrl }),
    },
    missingStatus: { ...defaultsOf(PROPERTIES.missing), ...section.missing }.status,
  };
}

/** What a project may do without: only what is written is there. */
async function options(
  place: string,
  section: ProjectSection,
  files: SettingFiles,
  report: Report,
): Promise<
  Pick<
    Project,
    | "gamut"
    | "improve"
    | "minify"
    | "shortening"
    | "security"
    | "sizes"
    | "v7"
    | "v6"
    | "hints"
    | "watermark"
    | "placeholder"
    | "placeholderFile"
  >
> {
  const { gamut, hints, improve, minify, missing = {}, v7, v6, watermark } = section;
  const shortening = readShortening(section, place, report);
  const security = await readSecurity(section.security, place, { ...files, report });
  const sizes = readSizes(section.sizes, place, report);
  const placeholder = await readPlaceholder(missing, `${place}.missing`, { ...files, report });
  return {
    ...(gamut === "p3" && { gamut }),
    ...(improve === false && { improve }),
    ...(minify && { minify }),
    ...(shortening && { shortening }),
    ...(security && { security }),
    ...(sizes && { sizes }),
    ...(v7 !== undefined && v7 !== "both" && { v7 }),
    ...(v6 && { v6 }),
    ...(hints && { hints: { ...defaultsOf(PROPERTIES.hints), ...hints } }),
    ...(watermark !== undefined && { watermark }),
    ...(placeholder !== undefined && { placeholder }),
    ...(missing.file !== undefined && { placeholderFile: missing.file }),
  };
}

/** Aliases and the prefix are tried out in the same way as delivery uses them. */
function checkOrigins(
  place: string,
  section: ProjectSection,
  aliases: Project["aliases"],
  report: Report,
): void {
  for (const [index, entry] of (section.origins?.allow ?? []).entries()) {
    if (entry === "*" || readAllowedHost(entry) !== undefined) continue;
    const example = 'write a host such as "example.com", "127.0.0.1:9000" or "*"';
    report(`${place}.origins.allow[${index}] is ${JSON.stringify(entry)}, which is no host; ${example}.`);
  }
  const { prefix } = section;
  for (const [name, target] of Object.entries(aliases)) {
    if ("folder" in target) {
      if (!OWN_FOLDERS.has(target.folder)) continue;
      report(
        `${place}.aliases.${name} names the folder "${target.folder}", which Freshet itself uses; choose another.`,
      );
      continue;
    }
    const tried = resolveOriginal(`${name}/a.jpg`, { aliases });
    if (tried.kind !== "invalid" || "bucket" in target) continue;
    const written = section.aliases?.[name];
    const shown = typeof written === "string" ? written : target.url;
    report(notResolved(`${place}.aliases.${name}`, shown, tried.reason));
  }
  if (prefix === undefined) return;
  const tried = resolveOriginal("a.jpg", { aliases, prefix });
  if (tried.kind === "invalid") report(notResolved(`${place}.prefix`, prefix, tried.reason));
}

/** It is found as an original of this project would be. */
function checkWatermark(
  place: string,
  { watermark, prefix }: ProjectSection,
  aliases: Project["aliases"],
  report: Report,
): void {
  if (watermark === undefined) return;
  const naming = prefix === undefined ? { aliases } : { aliases, prefix };
  const tried = resolveOriginal(watermark.replace(/\?.*$/s, ""), naming);
  if (tried.kind === "invalid") report(notResolved(`${place}.watermark`, watermark, tried.reason));
}

function notResolved(place: string, value: string, reason: string): string {
  return `${place} is ${JSON.stringify(value)}, which leads nowhere (${reason}); write an address such as "http://origin.example/media".`;
}

function checkHosts(projects: readonly Project[], report: Report): void {
  const names = new Set(projects.map(({ name }) => name));
  const owners = new Map<string, string>();
  for (const { name, hosts } of projects) {
    for (const host of hosts) {
      const first = host.split(/[.:]/)[0] ?? "";
      const owner = owners.get(host);
      if (readAllowedHost(host) === undefined) {
        report(
          `projects.${name}.hosts holds ${JSON.stringify(host)}, which is no host; write it like "img.example.com".`,
        );
      } else if (owner !== undefined) {
        report(`The host ${host} belongs to the projects ${owner} and ${name}; leave it with one of them.`);
      } else if (first !== name && names.has(first)) {
        report(
          `projects.${name}.hosts holds ${host}, whose first label already names the project ${first}; remove it.`,
        );
      }
      owners.set(host, name);
    }
  }
}

function checkKeys(projects: readonly Project[], report: Report): void {
  const owners = new Map<string, string>();
  for (const { name, apiKey } of projects) {
    if (apiKey === undefined) continue;
    const owner = owners.get(apiKey);
    if (owner !== undefined)
      report(`The projects ${owner} and ${name} have the same API key; give each its own.`);
    owners.set(apiKey, name);
  }
}
