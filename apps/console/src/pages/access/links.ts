// The token of a link stands behind the #, so that no server and no proxy on the way writes it down.

/** The token of the link that led here; "" where there is none. */
export function tokenOfLink(): string {
  try {
    return decodeURIComponent(window.location.hash.slice(1));
  } catch {
    return "";
  }
}

/** The link by which somebody chooses a password. */
export const invitationLink = (token: string): string =>
  `${window.location.origin}/console/invitation#${encodeURIComponent(token)}`;
