import { type AliasTarget, ORIGIN_DEFAULTS, type OriginSettings } from "../projects/project.ts";
import { nameOfPlace } from "../sources/buckets/place.ts";
import { nameOfSpace } from "../sources/contentful.ts";
import { NAME_OF_FILES } from "../sources/files.ts";
import { templatesOf } from "../sources/origin-headers.ts";
import { readSpace } from "./contentful-space.ts";
import { readPlace } from "./places.ts";
import type { ProjectSection } from "./project-schema.ts";
import { type ReadSecret, type Report, withoutFinalSlash } from "./reading.ts";
import type { AliasTargetSection } from "./sections/sources.ts";

/** Headers a client of HTTP sets itself, or that would change what is asked for. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  [
    ["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect"],
    ["keep-alive", "proxy-connection", "range", "if-none-match", "if-modified-since", "if-match", "if-range"],
    ["if-unmodified-since", "accept-encoding", "cache-control", "pragma", "content-type"],
  ].flat(),
);

/** The aliases of a project with everything that they need to be read. */
export async function readAliases(
  place: string,
  section: ProjectSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<Readonly<Record<string, AliasTarget>>> {
  const read: [string, AliasTarget][] = [];
  for (const [name, target] of Object.entries(section.aliases ?? {})) {
    const found = await readTarget(`${place}.aliases.${name}`, target, secretOf, report);
    if (found !== undefined) read.push([name, found]);
    checkName(`${place}.aliases.${name}`, name, target, report);
  }
  return Object.fromEntries(read);
}

/** The name of a space's alias says which space it is, and a name of that kind says nothing else. */
function checkName(place: string, name: string, target: AliasTargetSection, report: Report): void {
  const isSpace = typeof target === "object" && "contentful" in target;
  if (isSpace !== name.startsWith("ctf:"))
    report(
      `${place} ${isSpace ? 'stands for a space of Contentful; call it "ctf:" and the id of the space' : 'is called as a space of Contentful is; give it a contentful section, or a name such as "_site_"'}.`,
    );
}

async function readTarget(
  place: string,
  target: AliasTargetSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<AliasTarget | undefined> {
  if (typeof target === "string") return { url: withoutFinalSlash(target) };
  if ("folder" in target) return target;
  if ("url" in target) {
    const password = await secretOf(place, "password", target.password, target.passwordFile);
    if (password === undefined) {
      if (target.password === undefined && target.passwordFile === undefined)
        report(`${place} has a user and no password; write password or passwordFile.`);
      return undefined;
    }
    return { url: withoutFinalSlash(target.url), auth: { user: target.user, password } };
  }
  if ("files" in target) {
    if (target.files) return { bucket: NAME_OF_FILES, place: { kind: "files" } };
    report(`${place}.files is false, which stands for nothing; write true, or remove the alias.`);
    return undefined;
  }
  if ("contentful" in target) {
    const space = await readSpace(place, target.contentful, secretOf, report);
    return space && { bucket: nameOfSpace(space.space), place: space };
  }
  const found = await readPlace(place, target, secretOf, report);
  return found && { bucket: nameOfPlace(found), place: found };
}

/** How the project treats its origins. */
export async function readOriginSettings(
  place: string,
  section: ProjectSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<OriginSettings> {
  const { headers = [], ...lifetimes } = section.origins ?? {};
  const read: OriginSettings["headers"][number][] = [];
  for (const [index, { name, value, valueFile }] of headers.entries()) {
    const at = `${place}.origins.headers[${index}]`;
    const secret = await secretOf(at, "value", value, valueFile);
    if (OWN_HEADERS.has(name.toLowerCase()))
      report(`${at} is ${name}, which Freshet itself sets; remove it.`);
    if (secret === undefined) {
      if (value === undefined && valueFile === undefined)
        report(`${at} has no value; write value or valueFile.`);
      continue;
    }
    const text = secret.reveal();
    if (!/^[\x20-\x7e]{1,2000}$/.test(text))
      report(`${at}.valueFile holds more than one line of visible characters.`);
    const templates = templatesOf(text);
    for (const unknown of templates.unknown)
      report(`${at} holds ${unknown}, which stands for nothing; write {{header.host}} or {{req.ip}}.`);
    if (templates.host && (section.hosts ?? []).length === 0)
      report(`${at} holds {{header.host}}; write the hosts that it may stand for under hosts.`);
    read.push({ name: name.toLowerCase(), value: secret });
  }
  const { staleIfError, rememberMissing, versionParameter } = { ...ORIGIN_DEFAULTS, ...lifetimes };
  const { staleWhileRevalidate } = lifetimes;
  return {
    ...{ headers: read, staleIfError, rememberMissing },
    ...(staleWhileRevalidate !== undefined && { staleWhileRevalidate }),
    ...(versionParameter !== undefined && { versionParameter }),
  };
}
