import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useSend } from "../../api/hooks.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { Problem } from "../../pieces/states.tsx";
import classes from "./access.module.css";
import { InvitationShown } from "./invitation-shown.tsx";
import type { Invitation, User } from "./shapes.ts";
import { type UserDraft, UserFields } from "./user-fields.tsx";

const NOBODY: UserDraft = { email: "", name: "", rights: {} };

/** Adds a user, who chooses a password by a link. */
export function NewUser() {
  const [draft, setDraft] = useState(NOBODY);
  const add = useSend<User & Invitation, UserDraft>(
    (body) => ({ method: "POST", where: "/access/users", body }),
    ["/access/users"],
  );
  const again = () => {
    setDraft(NOBODY);
    add.reset();
  };
  return (
    <>
      <PageHead
        title="Invite a user"
        lead="Freshet sends no mail: you get a link here, and pass it on yourself."
      />
      {add.data ? (
        <>
          <InvitationShown name={add.data.name} invitation={add.data} done={again} />
          <Link to={`/users/${encodeURIComponent(add.data.id)}`}>To the page of {add.data.name}</Link>
        </>
      ) : (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate(draft);
          }}
        >
          <UserFields draft={draft} changed={setDraft} />
          {add.error && <Problem error={add.error} />}
          <Group>
            <Button type="submit" loading={add.isPending}>
              Make the invitation
            </Button>
            <Button component={Link} to="/users" variant="default">
              Cancel
            </Button>
          </Group>
        </form>
      )}
    </>
  );
}
