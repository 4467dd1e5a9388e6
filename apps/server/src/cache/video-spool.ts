import { createHash } from "node:crypto";
import { isVideoPath } from "@freshet/core";
import type { Original } from "../projects/originals.ts";
import type { Spool, Spooling } from "../sources/spool.ts";
import { sniffVideo } from "../video/sniff.ts";
import type { DiskStore } from "./disk-store.ts";

/**
 * Where a video goes that has more than `from` bytes: straight to the disk, while it comes. Programs read it from there, and whoever is sent
 * it is sent the file. Undefined for an original that is no video by its name, or that may have no more bytes than that.
 */
export function videoSpool({ name, policy }: Original, disk: DiskStore, most: number): Spool | undefined {
  const from = Math.min(most, policy.maxBytes);
  const maxBytes = Math.min(policy.maxVideoBytes ?? 0, disk.largestIncoming);
  if (!isVideoPath(name) || maxBytes <= from) return undefined;
  return {
    ...{ from, maxBytes },
    takes: (beginning) => sniffVideo(beginning) !== undefined,
    open: () => openOn(disk),
  };
}

function openOn(disk: DiskStore): Spooling {
  const incoming = disk.receive();
  const hash = createHash("sha256");
  return {
    // A disk that refuses is nothing that the origin could help.
    write(bytes) {
      hash.update(bytes);
      return incoming.write(bytes).catch(() => false);
    },
    digest: () => hash.digest("hex"),
    keep: (digest) => incoming.keep(digest).catch(() => false),
    discard: () => incoming.discard(),
  };
}
