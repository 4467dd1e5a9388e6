import { writtenUrls } from "./trust.ts";

/** Members beside a secret that send it nowhere else: they only say what is asked for there. */
const FREE: ReadonlySet<string> = new Set(["prefix", "hosts"]);

/**
 * Where the secret at a pointer is sent to, as texts: those of an alias to what their neighbours name, headers to every host that the
 * settings write out, a salt nowhere. Settings are as somebody wrote them, without their secrets.
 */
export function destinationsOf(settings: unknown, pointer: string): readonly string[] {
  if (pointer.startsWith("/security/")) return [];
  if (pointer.startsWith("/origins/headers/")) return told(settings);
  const steps = pointer.split("/").slice(1, -1);
  const neighbours = steps.reduce(
    (value, step) => memberOf(value, step.replaceAll("~1", "/").replaceAll("~0", "~")),
    settings,
  );
  const named = Object.entries(membersOf(neighbours)).filter(([key]) => !FREE.has(key));
  return [JSON.stringify(named.toSorted(([one], [other]) => (one < other ? -1 : 1)))];
}

/** Origins that a project's headers are sent to, by the rules of `trustIn`. */
function told(settings: unknown): readonly string[] {
  const aliases = Object.entries(membersOf(memberOf(settings, "aliases"))).flatMap(([alias, target]) => {
    const url = typeof target === "string" ? target : memberOf(target, "url");
    return typeof url === "string" ? [[alias, { url }] as const] : [];
  });
  const prefix = memberOf(settings, "prefix");
  const written = writtenUrls({
    aliases: Object.fromEntries(aliases),
    prefix: typeof prefix === "string" ? prefix : undefined,
  });
  const allow = memberOf(memberOf(settings, "origins"), "allow");
  const allowed = Array.isArray(allow)
    ? allow.filter((each) => typeof each === "string" && each !== "*")
    : [];
  return [
    ...written.flatMap(({ host, scheme }) => [
      `https://${host}`,
      ...(scheme === "http:" ? [`http://${host}`] : []),
    ]),
    // Without a port an entry means every port; whoever wrote one out as an alias has not allowed the others.
    ...allowed.map((entry) => `https://${entry.toLowerCase()} of allow`),
  ];
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function memberOf(value: unknown, key: string): unknown {
  const members = membersOf(value);
  return Object.hasOwn(members, key) ? members[key] : undefined;
}
