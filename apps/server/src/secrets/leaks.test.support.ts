import { inspect } from "node:util";

/**
 * Finds secrets in a text in every form in which text travels: as it is, in JSON, percent-encoded, in base64 at any offset, in hex.
 * Answers what was found, so that a failing test says how it got out.
 */
export function leaksOf(shown: unknown, secrets: readonly string[]): readonly string[] {
  const text = typeof shown === "string" ? shown : inspect(shown, { depth: 20, showHidden: true });
  return secrets.flatMap((secret) =>
    Object.entries(formsOf(secret)).flatMap(([form, spelled]) =>
      text.toLowerCase().includes(spelled.toLowerCase()) ? [`${secret} (${form})`] : [],
    ),
  );
}

function formsOf(secret: string): Readonly<Record<string, string>> {
  const forms: Record<string, string> = {
    plain: secret,
    json: JSON.stringify(secret).slice(1, -1),
    percent: encodeURIComponent(secret.toWellFormed()),
    hex: Buffer.from(secret).toString("hex"),
  };
  // In base64 a text looks different by where it begins; its inner part is the same whatever stands before and behind.
  for (const offset of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString("base64");
    const inner = whole
      .slice(offset === 0 ? 0 : offset + 1)
      .replace(/=+$/, "")
      .slice(0, -1);
    if (inner.length >= 6) forms[`base64 at ${offset}`] = inner;
  }
  return forms;
}
