import { DateTime } from "../../pieces/date-time.tsx";
import { invitationLink } from "./links.ts";
import type { Invitation } from "./shapes.ts";
import { ShownOnce } from "./shown-once.tsx";

export interface InvitationShownProps {
  readonly name: string;
  readonly invitation: Invitation;
  readonly done: () => void;
}

/** The link of an invitation, to be passed on. */
export function InvitationShown({ name, invitation, done }: InvitationShownProps) {
  return (
    <>
      <ShownOnce
        title={`The link for ${name}. Pass it on now.`}
        what="the link"
        secret={invitationLink(invitation.invitation)}
        hint="It is shown this once, works once, and lets whoever has it choose the password."
        done={done}
      />
      <p>
        It ends on <DateTime at={invitation.invitation_expires_at} />.
      </p>
    </>
  );
}
