/**
 * Where to go after the sign-in: a place of the console, below its own address. Anything else, such as the address of another site, is
 * the overview.
 */
export function backOf(wanted: string | null): string {
  return wanted !== null && /^\/(?![/\\])[^\s\\]*$/.test(wanted) ? wanted : "/";
}
