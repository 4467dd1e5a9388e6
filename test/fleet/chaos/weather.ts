/** What is out of order by our own doing, so that nothing else is excused by it. */
export interface Weather {
  /** Servers that answer nothing, by place. */
  readonly away: Set<number>;
  /** Nodes that answer nothing, by URL. */
  readonly down: Set<string>;
  /** Nodes that were ended in this round. */
  readonly ended: Set<string>;
  /** The store was put back: what was committed between the backup and the restoration is gone. */
  restored(times: { readonly backedUp: number; readonly stopped: number }): void;
  /** Whether what was asked for and acknowledged at these times may have gone with a restoration. */
  mayBeGone(times: { readonly asked: number; readonly accepted: number }): boolean;
  /** Another round begins. */
  clear(): void;
}

export function createWeather(): Weather {
  const restorations: { readonly backedUp: number; readonly stopped: number }[] = [];
  const ended = new Set<string>();
  return {
    away: new Set(),
    down: new Set(),
    ended,
    restored: (times) => restorations.push(times),
    mayBeGone: ({ asked, accepted }) =>
      restorations.some(({ backedUp, stopped }) => asked < stopped && accepted > backedUp),
    clear: () => ended.clear(),
  };
}
