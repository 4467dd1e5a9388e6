/** Values of Freshet's `/metrics` summed over their labels, by name; a name with `{label="value"}` is that series alone. */
export async function readMetrics(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const series = [...text.matchAll(/^(\w+)(\{[^}]*\})? ([\d.e+-]+)$/gm)].map(
    ([, name = "", labels = "", value]) => ({
      name,
      full: `${name}${labels}`,
      value: Number(value),
    }),
  );
  return (wanted) =>
    series
      .filter(({ name, full }) => (wanted.includes("{") ? full : name) === wanted)
      .reduce((sum, { value }) => sum + value, 0);
}
