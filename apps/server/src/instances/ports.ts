import type { Clocks } from "./lease.ts";
import type { Role } from "./roles.ts";

/** Who this process is among those that share a store. */
export interface InstancePorts {
  /** Another one for each boot. */
  readonly name: string;
  /** The boot before on the same data folder: it is certainly over. */
  readonly previous?: string | undefined;
  readonly role: Role;
  /** No other process works on this store: nobody waits for anybody. */
  readonly isAlone: boolean;
  readonly leaseMs: number;
  /** Others than the process's own in tests only. */
  readonly clocks?: Clocks;
  /** In tests only: everything this instance does by itself waits for it, as in a process that stands still. */
  readonly paused?: () => Promise<void>;
}

/** An installation of one process. */
export const ALONE: InstancePorts = { name: "instance", role: "all", isAlone: true, leaseMs: 10_000 };
