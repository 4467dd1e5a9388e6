import type { Right, Rights } from "../../api/session.ts";

/** An entry of `GET /access/users`. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly rights: Rights;
  /** Who decides the rights: an administrator, or the organisation's own sign-in. */
  readonly rights_from: "console" | "oidc";
  readonly has_password: boolean;
  readonly created_at: string;
  readonly created_by: string;
  /** Absent before the first time. */
  readonly signed_in_at?: string;
  /** There is an open link to choose a password until then. */
  readonly invited_until?: string;
}

/** Of a link that is shown once. */
export interface Invitation {
  readonly invitation: string;
  readonly invitation_expires_at: string;
}

/** An entry of `GET /access/sessions`. */
export interface OpenSession {
  readonly id: string;
  readonly created_at: string;
  readonly seen_at: string;
  readonly expires_at: string;
  readonly address: string;
  /** What the browser calls itself. */
  readonly agent: string;
  readonly method: "password" | "setup" | "link" | "oidc";
  readonly is_current: boolean;
}

/** An entry of `GET /keys` and `GET /projects/{name}/keys`. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly right: Right;
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at?: string;
  readonly used_at?: string;
}

/** An entry of `GET /audit`. */
export interface AuditChange {
  readonly id: string;
  readonly at: string;
  readonly project?: string;
  readonly principal: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
}
