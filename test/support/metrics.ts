/** The figure of a line of `/metrics`, by its name and labels; 0 for what was never counted. */
export async function metricOf({ url }: { readonly url: string }, line: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}
