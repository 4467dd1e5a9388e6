/** What went wrong at the sign-in of an organisation, by the codes that it leads back with. */
const SENTENCES = new Map([
  [
    "OIDC_REFUSED",
    "Your organisation's sign-in gave no access here. Try it once more, or ask an administrator for an invitation.",
  ],
  [
    "OIDC_AWAY",
    "Your organisation's sign-in cannot be reached, or its answer cannot be used. Try again later.",
  ],
  ["OIDC_ABSENT", "This server knows no sign-in of an organisation."],
  ["SIGN_IN_TOO_OFTEN", "Too many attempts failed. Wait a minute and try again."],
  ["USER_EXISTS", "Somebody else is known here by your e-mail address. Ask an administrator."],
  ["USERS_FULL", "There is no room for another user. Ask an administrator."],
]);

/** The sentence of a code, whichever it is. */
export const problemText = (code: string): string =>
  SENTENCES.get(code) ?? "The sign-in at your organisation failed. Try again, or ask an administrator.";
