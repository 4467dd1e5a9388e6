import { choice, list, named, object, text, time } from "../admin/schemas.ts";
import type { Schema } from "../config/shape.ts";
import { SIGN_IN_METHODS } from "./migrations.ts";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./password-rule.ts";
import { RIGHTS } from "./right.ts";

// What the API says of users and sessions.

const NAMES = {
  title: "a name of small letters, digits and hyphens, at most 63",
  pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
} as const;

/** More than that has the installation. */
const MOST_PROJECTS = 100;

const RIGHT = choice("Each right includes those before it.", RIGHTS);
const PROJECT_RIGHTS = {
  type: "object",
  description: "Rights in single projects, by their names.",
  propertyNames: NAMES,
  additionalProperties: RIGHT,
  maxProperties: MOST_PROJECTS,
} as const satisfies Schema;
const INSTALLATION = choice("Right in the whole installation, and so in every project.", RIGHTS);

const RIGHTS_VIEW = named(
  "Rights",
  object("What the user may do.", {
    "installation?": INSTALLATION,
    projects: PROJECT_RIGHTS,
  }),
);

const EMAIL = {
  ...text("E-mail address; how it is written in small and large letters makes no difference.", 254),
  title: 'an e-mail address such as "ada@shop.example"',
  pattern: "^\\s*[^\\s@\\p{Cc}]+@[^\\s@\\p{Cc}]+\\s*$",
} as const satisfies Schema;
const NAME = {
  ...text("How the user is called.", 100),
  title: "a name of 1 to 100 characters",
  pattern: "^[^\\p{Cc}]*[^\\p{Cc}\\s][^\\p{Cc}]*$",
  minLength: 1,
} as const satisfies Schema;
/** Checked by the rule, which says what is wrong; a text that is longer is none. */
const NEW_PASSWORD = {
  ...text(`The new password: ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`, 2_000),
  writeOnly: true,
} as const satisfies Schema;
const PASSWORD = { ...text("The password.", 2_000), writeOnly: true } as const satisfies Schema;
const TOKEN = {
  ...text("What stands behind # in the link.", 200),
  writeOnly: true,
} as const satisfies Schema;

const yes = (description: string) => ({ type: "boolean", description }) as const;

/** Of oneself. */
const ME = object("Who is signed in; absent where nobody is.", {
  id: text("Names the user.", 20),
  email: text("E-mail address.", 254),
  name: text("How the user is called.", 100),
  rights: RIGHTS_VIEW,
  has_password: yes("Whether the user can sign in by a password."),
  session: text("Names this session.", 20),
  expires_at: time("When the session ends unless it is used."),
});

export const SESSION_STATE = named(
  "SessionState",
  object("Who is signed in, and how somebody can be.", {
    setup_needed: yes("There is no user yet: the one-time token of the start makes the first."),
    "oidc?": object("The organisation's own sign-in, at /access/oidc; absent where there is none.", {
      name: text("How it is called.", 100),
    }),
    "user?": ME,
  }),
);

export const SIGN_IN_BODY = object("Who wants to sign in.", {
  email: text("E-mail address.", 254),
  password: PASSWORD,
});
export const SETUP_BODY = object("The first user.", {
  token: { ...TOKEN, description: "The one-time token that the start wrote." },
  email: EMAIL,
  name: NAME,
  password: NEW_PASSWORD,
});
export const INVITATION_BODY = object("Who follows a link.", {
  token: TOKEN,
  password: NEW_PASSWORD,
  "name?": NAME,
});
export const CHECK_BODY = object("A link.", { token: TOKEN });
export const INVITED = object("Whom the link is for.", {
  email: text("E-mail address.", 254),
  name: text("How the user is called.", 100),
  expires_at: time("When the link ends."),
});
export const PASSWORD_BODY = object("Another password.", { password: PASSWORD, next: NEW_PASSWORD });

export const SESSIONS = named(
  "Sessions",
  object("Sessions, newest first.", {
    sessions: list(
      object("One browser in which the user is signed in.", {
        id: text("Names the session.", 20),
        is_current: yes("It is the one that asks."),
        method: choice("How the user signed in.", SIGN_IN_METHODS),
        address: text("Where the user signed in from.", 100),
        agent: text("What the browser calls itself.", 200),
        created_at: time("When the user signed in."),
        seen_at: time("When it was used last, to within a minute."),
        expires_at: time("When it ends unless it is used."),
      }),
      100,
    ),
  }),
);

const USER_VIEW = {
  id: text("Names the user.", 20),
  email: text("E-mail address.", 254),
  name: text("How the user is called.", 100),
  rights: RIGHTS_VIEW,
  rights_from: choice("Who decides the rights: an administrator, or the organisation's own sign-in.", [
    "console",
    "oidc",
  ]),
  has_password: yes("Whether the user can sign in by a password."),
  created_at: time("When the user was added."),
  created_by: text("Who added the user."),
  "signed_in_at?": time("When the user signed in last; absent before the first time."),
  "invited_until?": time("When the link to choose a password ends; absent where there is none."),
} as const;
const INVITATION = {
  invitation: text("The token of the link; it is shown once, works once and ends after a week.", 100),
  invitation_expires_at: time("When the link ends."),
} as const;

export const USER = named("User", object("A user.", USER_VIEW));
export const INVITED_USER = object("The new user, with a link to choose a password.", {
  ...USER_VIEW,
  ...INVITATION,
});
export const NEW_INVITATION = object("A link to choose a password.", INVITATION);
export const USER_BODY = named(
  "UserToKeep",
  object("The user.", {
    email: EMAIL,
    name: NAME,
    rights: object("What the user may do.", { "installation?": INSTALLATION, "projects?": PROJECT_RIGHTS }),
  }),
);
