import type { InvalidationStatus } from "@freshet/core";
import type { ReactNode } from "react";
import { KINDS, type Kind } from "./kind.ts";
import classes from "./status-badge.module.css";

/** A state in a word, with a colour and a shape of its own: nobody needs to see colours to tell them apart. */
export function StatusBadge({ kind, children }: { readonly kind: Kind; readonly children: ReactNode }) {
  return (
    <span className={classes.badge} data-kind={kind} style={KINDS[kind]}>
      {children}
    </span>
  );
}

/** The statuses of invalidations, as people say them. */
const STATUSES: Readonly<Record<InvalidationStatus, { readonly kind: Kind; readonly name: string }>> = {
  RECEIVED: { kind: "busy", name: "Received" },
  PREPARING: { kind: "busy", name: "Preparing" },
  FLUSHINGCLOUDIMAGESERVER: { kind: "busy", name: "Flushing resizing servers" },
  FLUSHINGCDNSERVERS: { kind: "busy", name: "Flushing CDN servers" },
  DONE: { kind: "good", name: "Done" },
  ERROR_CDN_NODE: { kind: "bad", name: "ERROR_CDN_NODE" },
  ERROR: { kind: "bad", name: "ERROR" },
};

/** The status of an invalidation. */
export function InvalidationBadge({ status }: { readonly status: InvalidationStatus }) {
  const { kind, name } = STATUSES[status] ?? { kind: "idle", name: status };
  return <StatusBadge kind={kind}>{name}</StatusBadge>;
}
