import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { call } from "../../api/call.ts";
import { SESSION } from "../../api/client.ts";
import type { ApiError } from "../../api/error.ts";
import { useSend } from "../../api/hooks.ts";
import { type Session, useUser } from "../../api/session.ts";
import { Notice } from "../../pieces/notice.tsx";
import { Problem, stateOf } from "../../pieces/states.tsx";
import classes from "./entrance.module.css";
import { Entrance } from "./entrance.tsx";
import { tokenOfLink } from "./links.ts";
import { NewPassword } from "./new-password.tsx";

interface Invited {
  readonly email: string;
  readonly name: string;
}

/** Where the link of an invitation leads, or of a new password: one is chosen, and its owner is signed in. */
export function InvitationPage() {
  const [token] = useState(tokenOfLink);
  const invited = useQuery<Invited, ApiError>({
    queryKey: ["/access/invitation/check", token],
    queryFn: ({ signal }) => call("POST", "/access/invitation/check", { body: { token }, signal }),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Entrance title="Choose your password">
      {token === "" ? (
        <Notice kind="warn" title="The link is not whole.">
          <p>Open it as you got it, or ask for a new one.</p>
          <Link to="/sign-in">To the sign-in</Link>
        </Notice>
      ) : (
        (stateOf(invited, "Looking whom the link is for") ??
        (invited.data && <Choice token={token} invited={invited.data} />))
      )}
    </Entrance>
  );
}

function Choice({ token, invited }: { readonly token: string; readonly invited: Invited }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const user = useUser();
  const [password, setPassword] = useState("");
  const accept = useSend<Session, object>((body) => ({ method: "POST", where: "/access/invitation", body }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const onSuccess = (answer: Session) => {
      // Nothing that was read under the session of somebody else stays in memory.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION });
      client.setQueryData([SESSION], answer);
      void navigate("/", { replace: true });
    };
    accept.mutate({ token, password }, { onSuccess });
  };
  return (
    <form className={classes.fields} onSubmit={submit}>
      <p>
        For {invited.name}, who signs in as <strong>{invited.email}</strong>. Your other sessions end.
      </p>
      {user && user.email !== invited.email && (
        <Notice kind="warn" title={`You are signed in here as ${user.name}.`}>
          <p>
            That ends, and this browser goes on as {invited.name}. If the link is for somebody else, let them
            open it in a browser of their own.
          </p>
        </Notice>
      )}
      <input type="hidden" name="username" autoComplete="username" value={invited.email} />
      <NewPassword value={password} changed={setPassword} />
      {accept.error && <Problem error={accept.error} />}
      <Button type="submit" loading={accept.isPending} fullWidth>
        Set it and sign in
      </Button>
    </form>
  );
}
