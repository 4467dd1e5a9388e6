/** The logs, by their name in the address and in the API. */
export const LOGS = {
  resizes: {
    title: "Last resizes",
    lead: "Each render: what it read, what it made, how long it took.",
    filters: ["url", "status", "output", "code"],
    empty: "Nothing was rendered.",
  },
  slow: {
    title: "Slow downloads",
    lead: "Originals that their origin took long to send, and where the time went.",
    filters: ["url", "origin", "status", "code"],
    empty: "No download was slow.",
  },
  failed: {
    title: "Failed downloads",
    lead: "Originals that their origin did not bring, and why.",
    filters: ["url", "origin", "status", "code"],
    empty: "No download failed.",
  },
  urls: {
    title: "Unique URLs",
    lead: "Each delivery URL that was asked for, newest first; requests and traffic of the last 30 kept days.",
    filters: ["url"],
    empty: "No URL was asked for.",
  },
  cdn: {
    title: "CDN log",
    lead: "Every answer, of the instances and of nodes that tell their log. Equal ones of a second are one row.",
    filters: ["url", "status", "source", "via", "output", "code"],
    empty: "Nothing was delivered.",
  },
} as const satisfies Readonly<Record<string, Log>>;
export type LogName = keyof typeof LOGS;

interface Log {
  readonly title: string;
  readonly lead: string;
  readonly filters: readonly FilterName[];
  readonly empty: string;
}

export const FILTER_NAMES = ["url", "status", "origin", "source", "via", "output", "code"] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type LogFilters = Partial<Readonly<Record<FilterName, string>>>;

export const isLog = (text: string): text is LogName => Object.hasOwn(LOGS, text);

const LONGEST: Readonly<Record<FilterName, number>> = {
  ...{ url: 1_000, status: 3, origin: 300, source: 20, via: 8, output: 20, code: 60 },
};

/** The filters of a log that the page's address has; what the log does not know, or what is no value, counts as not said. */
export function readFilters(kind: LogName, search: string): LogFilters {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    LOGS[kind].filters.flatMap((name) => {
      const value = query.get(name)?.trim() ?? "";
      return value === "" || value.length > LONGEST[name] || !isPossible(name, value) ? [] : [[name, value]];
    }),
  );
}

/** Changes the filters in an address and leaves the rest; without the ?. */
export function writeFilters(search: string, filters: LogFilters): string {
  const query = new URLSearchParams(search);
  for (const name of FILTER_NAMES) query.delete(name);
  for (const [name, value] of Object.entries(filters)) {
    if (value.trim() !== "") query.set(name, value.trim());
  }
  return query.toString();
}

/** A status such as 404, or all of a kind such as 4xx. */
export const isStatus = (text: string): boolean => /^[1-5](\d\d|xx)$/.test(text);

function isPossible(name: FilterName, value: string): boolean {
  if (name === "status") return isStatus(value);
  return name !== "via" || value === "instance" || value === "node";
}
