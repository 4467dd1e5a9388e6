import { readTime, writeDistance } from "./time.ts";

const FULL = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

/** A moment as the reader's own clock shows it, with its zone. What is no time is shown as it is. */
export function DateTime({ at }: { readonly at: string }) {
  const time = readTime(at);
  if (!time) return <>{at}</>;
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()}>
      {FULL.format(time)}
    </time>
  );
}

/** How long ago it was, with the moment itself as its title. */
export function Ago({ at }: { readonly at: string }) {
  const time = readTime(at);
  if (!time) return <>{at}</>;
  return (
    <time dateTime={time.toISOString()} title={FULL.format(time)}>
      {writeDistance(time, Date.now())}
    </time>
  );
}
