/** What a process is there for: to deliver images, to carry invalidations through, or both. */
export const ROLES = ["all", "delivery", "control"] as const;
export type Role = (typeof ROLES)[number];
