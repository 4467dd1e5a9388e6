import { recordOf, shownOf } from "./api.ts";
import { columns } from "./text.ts";

/** An explanation for people. */
export function explanationText(explanation: unknown): string {
  const { project, refused, original, signature, version, parameters, remarks, format } =
    recordOf(explanation);
  const { name, tag, from, isAllowed } = recordOf(original);
  const { by, covers, expires } = recordOf(signature);
  const facts = [
    ["project", shownOf(project)],
    [
      "verdict",
      refused === undefined
        ? "would be answered"
        : `${shownOf(recordOf(refused).code)}: ${shownOf(recordOf(refused).sentence)}`,
    ],
    ["original", original === undefined ? "none" : shownOf(name)],
    ["read from", listOf(from).map(shownOf).join(", then ")],
    ["allowed", isAllowed === undefined ? "" : isAllowed === true ? "yes" : "no"],
    ["tag", shownOf(tag)],
    ["version", shownOf(version)],
    ["signature", by === undefined ? "none" : `${shownOf(by)}, covers ${shownOf(covers)}`],
    ["ends", shownOf(expires)],
    [
      "formats",
      listOf(recordOf(format).requested ?? recordOf(format).negotiated)
        .map(shownOf)
        .join(", "),
    ],
  ].filter(([, text]) => text !== "");
  const values = listOf(parameters)
    .map(recordOf)
    .map((each) => [`  ${shownOf(each.name)}=${shownOf(each.value)}`, whose(each), overrides(each)]);
  const passed = listOf(remarks)
    .map(recordOf)
    .map((each) => [
      `  ${shownOf(each.parameter)}=${shownOf(each.text)}`,
      `expected ${shownOf(each.expected)}`,
    ]);
  return [
    columns(facts),
    ...(values.length > 0 ? ["parameters:", columns(values)] : []),
    ...(passed.length > 0 ? ["not followed:", columns(passed)] : []),
  ].join("\n");
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function whose({ layer, by }: Readonly<Record<string, unknown>>): string {
  return by === undefined ? shownOf(layer) : `${shownOf(layer)} ${shownOf(by)}`;
}

function overrides(each: Readonly<Record<string, unknown>>): string {
  const lost = listOf(each.overrides).map(recordOf);
  return lost.length === 0
    ? ""
    : `over ${lost.map((one) => `${shownOf(one.value)} (${whose(one)})`).join(", ")}`;
}
