import type { ReactNode } from "react";
import { DateTime } from "../../../pieces/date-time.tsx";
import { StatusBadge } from "../../../pieces/status-badge.tsx";
import classes from "../analytics.module.css";
import { NONE, writeBytes, writeCount, writeCountry, writeMs } from "../format.ts";
import { PlaygroundLink } from "../parts/playground-link.tsx";
import { formatName, SOURCE_WORDS } from "../parts/words.ts";
import type { LogName } from "./log-kinds.ts";
import type { LogRow } from "./rows.ts";

export interface LogColumn {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly className?: string | undefined;
  readonly show: (row: LogRow) => ReactNode;
}

const WHEN: LogColumn = {
  name: "When",
  className: classes.when,
  show: ({ at }) => (at === undefined ? NONE : <DateTime at={at} />),
};
const URL_OF_US: LogColumn = {
  name: "URL",
  className: classes.url,
  show: ({ project, url }) => <PlaygroundLink project={project} url={url} />,
};
const ADDRESS: LogColumn = { name: "Address at the origin", className: classes.url, show: ({ url }) => url };
const STATUS: LogColumn = {
  name: "Status",
  show: ({ status, code }) => (
    <>
      {typeof status === "number" ? (
        <StatusBadge kind={status < 400 ? "good" : status < 500 ? "warn" : "bad"}>{status}</StatusBadge>
      ) : (
        <StatusBadge kind="bad">no answer</StatusBadge>
      )}
      {code !== undefined && (
        <div className={classes.dim}>
          <code>{code}</code>
        </div>
      )}
    </>
  ),
};
const number = (name: string, show: LogColumn["show"]): LogColumn => ({ name, isNumber: true, show });
const TIME = number("Time", ({ ms }) => writeMs(ms));
const SIZE = number("Size", ({ bytes }) => writeBytes(bytes));
const COUNT = number("Times", ({ count }) => writeCount(count));
const FORMAT: LogColumn = {
  name: "Format",
  show: ({ format }) => (format === undefined ? NONE : formatName(format)),
};
const DOWNLOAD: readonly LogColumn[] = [
  ...[WHEN, ADDRESS, STATUS, TIME],
  number("DNS", ({ dns_ms }) => writeMs(dns_ms)),
  number("Connection", ({ connect_ms }) => writeMs(connect_ms)),
  number("First byte", ({ first_byte_ms }) => writeMs(first_byte_ms)),
  ...[SIZE, COUNT],
];

/** The columns of each log, in their order. */
export const COLUMNS: Readonly<Record<LogName, readonly LogColumn[]>> = {
  resizes: [
    ...[WHEN, URL_OF_US, STATUS, FORMAT, TIME],
    number("Read", ({ bytes_in }) => writeBytes(bytes_in)),
    number("Made", ({ bytes_out }) => writeBytes(bytes_out)),
    COUNT,
  ],
  slow: DOWNLOAD,
  failed: DOWNLOAD,
  urls: [
    URL_OF_US,
    { name: "Original", className: classes.url, show: ({ original }) => original ?? NONE },
    number("Requests", ({ hits }) => writeCount(hits)),
    number("Traffic", ({ bytes }) => writeBytes(bytes)),
    {
      name: "First seen",
      className: classes.when,
      show: ({ first_at }) => (first_at === undefined ? NONE : <DateTime at={first_at} />),
    },
    {
      name: "Last seen",
      className: classes.when,
      show: ({ last_at }) => (last_at === undefined ? NONE : <DateTime at={last_at} />),
    },
  ],
  cdn: [
    ...[WHEN, URL_OF_US, STATUS],
    {
      name: "From",
      show: ({ source = "", cache, node, via }) => (
        <>
          {SOURCE_WORDS[source]?.[0] ?? (source === "" ? NONE : source)}
          {via === "node" && (
            <div className={classes.dim}>
              {node ?? "node"}: {cache ?? NONE}
            </div>
          )}
        </>
      ),
    },
    ...[FORMAT, TIME, SIZE, COUNT],
    { name: "Referrer", className: classes.name, show: ({ referrer }) => referrer ?? NONE },
    { name: "Country", show: ({ country }) => (country === undefined ? NONE : writeCountry(country)) },
  ],
};
