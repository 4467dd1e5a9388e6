import { isOperationParameter, readQuery, readTransformation } from "@freshet/core";

/** What is wrong with parameters of a delivery URL; undefined where nothing is. */
export function faultOfQuery(query: string): string | undefined {
  const pairs = readQuery(query);
  const stranger = pairs.find(({ name }) => !isOperationParameter(name));
  if (stranger !== undefined) return `${stranger.name} is no parameter.`;
  const [remark] = readTransformation(pairs).remarks;
  return remark && `${remark.parameter}=${remark.text} cannot be read: it takes ${remark.expected}.`;
}

/** Queries as they stand in a text, one a line. */
export const queriesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim().replace(/^\?/, ""))
    .filter((line) => line !== "");
