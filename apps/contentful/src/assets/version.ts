/**
 * The version (`vh`) of an asset's file: its address has another token for each upload, so it follows from that; behind it how
 * often an editor asked for a new one.
 *
 * @example tokenVersion("1f2e3d4c5b6a", 0) // "t1f2e3d4c"
 */
export function tokenVersion(token: string, bumps: number): string {
  const short = token.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 8) || "0";
  return `t${short}${bumps > 0 ? `-${bumps}` : ""}`;
}
