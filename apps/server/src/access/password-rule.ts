/** Characters; fifteen would be better where nothing else guards the sign-in, and no rule about kinds of characters helps (NIST SP 800-63B). */
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;
/** Different characters that a password has at least. */
const FEWEST_DIFFERENT = 5;
/** A password that is little more than one of these is one of these. */
const MOST_BESIDE = 5;

/** What most lists of leaked passwords begin with, as far as it makes twelve characters when it is repeated or continued. */
const KNOWN = [
  ...[
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "motdepasse",
    "contrasena",
    "letmein",
    "welcome",
  ],
  ...[
    "administrator",
    "changeme",
    "changeit",
    "qwertyuiop",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfghjkl",
    "iloveyou",
  ],
  ...[
    "1234567890",
    "0123456789",
    "123456789",
    "987654321",
    "1q2w3e4r5t6y",
    "abcdefghijkl",
    "freshet",
    "correcthorsebatterystaple",
  ],
] as const;

/**
 * What is wrong with a new password, as a sentence; undefined when nothing is. Only what anybody would try first is refused: the user's own
 * address and name, a few characters again and again, and what everybody uses.
 */
export function faultOfPassword(
  password: string,
  user: { readonly email: string; readonly name: string },
): string | undefined {
  const letters = [...password.normalize("NFKC")];
  if (letters.length < SHORTEST_PASSWORD) return `A password has ${SHORTEST_PASSWORD} characters or more.`;
  if (letters.length > LONGEST_PASSWORD) return `A password has ${LONGEST_PASSWORD} characters at most.`;
  const low = letters.join("").toLowerCase();
  if (new Set(low).size < FEWEST_DIFFERENT) return "The password is a few characters again and again.";
  if (isRepetition(low)) return "The password is one short text again and again.";
  if (isRun(low)) return "The password is a row of characters that everybody knows.";
  const [local = "", domain = ""] = user.email.toLowerCase().split("@");
  const own = [user.email, local, domain, domain.split(".")[0] ?? "", user.name, ...user.name.split(/\s+/)];
  if (own.some((each) => isMostly(low, each.toLowerCase())))
    return "The password is little more than the e-mail address or the name.";
  if (KNOWN.some((each) => isMostly(low, each))) return "The password is one that everybody tries.";
  return undefined;
}

/** Whether little is left of a password without a word that others know. */
function isMostly(password: string, word: string): boolean {
  if (word.length < 4 || !password.includes(word)) return false;
  return [...password.replaceAll(word, "")].length <= MOST_BESIDE;
}

/** Whether it is one text of at most half its length, repeated, the last time perhaps in part. */
function isRepetition(password: string): boolean {
  return Array.from({ length: Math.floor(password.length / 2) }, (_, at) => at + 1).some(
    (length) =>
      password
        .slice(0, length)
        .repeat(Math.ceil(password.length / length))
        .slice(0, password.length) === password,
  );
}

/** Whether each character follows the one before it in the alphabet or among numbers, up or down. */
function isRun(password: string): boolean {
  const codes = [...password].map((letter) => letter.codePointAt(0) ?? 0);
  return [1, -1].some((step) => codes.every((code, at) => at === 0 || code - (codes[at - 1] ?? 0) === step));
}
