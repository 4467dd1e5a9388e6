import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { path, request } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useSend } from "../../api/hooks.ts";
import { useUser } from "../../api/session.ts";
import { ConfirmDialog } from "../../pieces/confirm-dialog.tsx";
import { DateTime } from "../../pieces/date-time.tsx";
import { Notice } from "../../pieces/notice.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { say } from "../../pieces/say.tsx";
import { Problem, stateOf } from "../../pieces/states.tsx";
import { whoOf } from "../../pieces/who.ts";
import classes from "./access.module.css";
import { InvitationShown } from "./invitation-shown.tsx";
import type { Invitation, User } from "./shapes.ts";
import { type UserDraft, UserFields } from "./user-fields.tsx";
import { UserSessions } from "./user-sessions.tsx";

/** One user: name and rights, a new link, the sessions, and the end. */
export function UserPage({ id }: { readonly id: string }) {
  const where = path`/access/users/${id}`;
  const found = useQuery<Tagged, ApiError>({
    queryKey: [where, "tagged"],
    queryFn: async ({ signal }) => {
      const { answer, headers } = await request<User>("GET", where, { signal });
      return { user: answer, tag: headers.get("etag") ?? "*" };
    },
  });
  return (
    stateOf(found, "Asking for the user") ??
    (found.data && (
      <Known key={found.data.user.id} {...found.data} where={where} again={() => void found.refetch()} />
    ))
  );
}

/** A user, and what names how he or she was when read. */
interface Tagged {
  readonly user: User;
  readonly tag: string;
}

interface KnownProps extends Tagged {
  readonly where: string;
  readonly again: () => void;
}

function Known(props: KnownProps) {
  const { user, where } = props;
  const me = useUser();
  return (
    <>
      <PageHead
        title={user.name}
        lead={
          <>
            {user.email}, added by {whoOf(user.created_by)} on <DateTime at={user.created_at} />.{" "}
            <Link to="/users">All users</Link>
          </>
        }
      />
      <Details {...props} />
      {user.rights_from === "console" && <NewLink user={user} where={where} />}
      <UserSessions where={`${where}/sessions`} />
      {me?.id !== user.id && <Removal user={user} where={where} />}
    </>
  );
}

function Details({ user, tag, where, again }: KnownProps) {
  // Begun from what was read then: somebody else may change the user meanwhile.
  const [begun, setBegun] = useState<{ readonly draft: UserDraft; readonly tag: string }>();
  const { email, name, rights } = user;
  const now = begun ?? { draft: { email, name, rights }, tag };
  const change = useSend<User>(
    () => ({ method: "PUT", where, body: now.draft, headers: { "if-match": now.tag } }),
    ["/access/users", "/access/session"],
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(undefined, {
      onSuccess: () => {
        setBegun(undefined);
        say("The user was changed.");
      },
      onError: ({ code }) => {
        if (code === "VERSION_OUTDATED") again();
      },
    });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <UserFields
        draft={now.draft}
        areRightsFixed={user.rights_from === "oidc"}
        changed={(draft) => setBegun({ draft, tag: now.tag })}
      />
      {change.error?.code === "VERSION_OUTDATED" ? (
        <Notice kind="bad" title="Somebody else changed this user meanwhile.">
          <p>Nothing was saved, so that nobody's change is lost.</p>
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setBegun(undefined);
              change.reset();
            }}
          >
            Show the user as changed
          </Button>
        </Notice>
      ) : (
        change.error && <Problem error={change.error} />
      )}
      <div>
        <Button type="submit" loading={change.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function NewLink({ user, where }: { readonly user: User; readonly where: string }) {
  const invite = useSend<Invitation>(() => ({ method: "POST", where: `${where}/invitation` }), [where]);
  return (
    <section className={classes.part} aria-labelledby="link">
      <h2 id="link">Link to a password</h2>
      {invite.data ? (
        <InvitationShown name={user.name} invitation={invite.data} done={invite.reset} />
      ) : (
        <>
          <p className={classes.dim}>
            {user.has_password
              ? "For who has forgotten the password. The old one counts until the link is used."
              : "No password was chosen yet. Links from before end as soon as a new one is made."}
            {user.invited_until !== undefined && (
              <>
                {" "}
                A link is open until <DateTime at={user.invited_until} />.
              </>
            )}
          </p>
          {invite.error && <Problem error={invite.error} />}
          <Button variant="default" loading={invite.isPending} onClick={() => invite.mutate()}>
            Make a new link
          </Button>
        </>
      )}
    </section>
  );
}

function Removal({ user, where }: { readonly user: User; readonly where: string }) {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const remove = useSend<undefined>(() => ({ method: "DELETE", where }));
  return (
    <section className={classes.part} aria-labelledby="removal">
      <h2 id="removal">Remove</h2>
      <Group>
        <Button variant="default" onClick={() => setAsking(true)}>
          Remove {user.name}
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Remove ${user.name}?`}
        action="Remove the user"
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        closed={() => {
          remove.reset();
          setAsking(false);
        }}
        confirmed={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              say(`${user.name} was removed.`);
              void navigate("/users", { replace: true });
            },
          })
        }
      >
        <p>All sessions end at once. API keys that {user.name} made stay: revoke those that should not.</p>
      </ConfirmDialog>
    </section>
  );
}
