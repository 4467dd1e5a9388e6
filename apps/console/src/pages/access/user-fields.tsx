import { TextInput } from "@mantine/core";
import type { Rights } from "../../api/session.ts";
import { RightsEditor } from "./rights-editor.tsx";

/** What a user is told to be. */
export interface UserDraft {
  readonly email: string;
  readonly name: string;
  readonly rights: Rights;
}

export interface UserFieldsProps {
  readonly draft: UserDraft;
  /** Whether the organisation's own sign-in decides the rights. */
  readonly areRightsFixed?: boolean;
  readonly changed: (draft: UserDraft) => void;
}

/** The fields of a user. */
export function UserFields({ draft, areRightsFixed = false, changed }: UserFieldsProps) {
  return (
    <>
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        value={draft.name}
        onChange={(event) => changed({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        label="E-mail address"
        description="To sign in by."
        type="email"
        required
        withAsterisk={false}
        maxLength={254}
        autoComplete="off"
        value={draft.email}
        onChange={(event) => changed({ ...draft, email: event.currentTarget.value })}
      />
      {areRightsFixed ? (
        <p>The rights come from the organisation's own sign-in; they are changed there.</p>
      ) : (
        <RightsEditor rights={draft.rights} changed={(rights) => changed({ ...draft, rights })} />
      )}
    </>
  );
}
