import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { SESSION } from "../../api/client.ts";
import { useSend } from "../../api/hooks.ts";
import { type Session, useSession } from "../../api/session.ts";
import { Notice } from "../../pieces/notice.tsx";
import { Problem } from "../../pieces/states.tsx";
import { backOf, organisationOf } from "./back.ts";
import classes from "./entrance.module.css";
import { Entrance } from "./entrance.tsx";
import { problemText } from "./problem-text.ts";

/** Signs in, and goes back to where the session had ended. */
export function SignIn() {
  const [search] = useSearchParams();
  const client = useQueryClient();
  const { data: session } = useSession();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const problem = search.get("problem");
  const signIn = useSend<Session, { readonly email: string; readonly password: string }>((body) => ({
    method: "POST",
    where: SESSION,
    body,
  }));
  if (session?.user) return <Navigate to={backOf(search.get("back"))} replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: (answer) => client.setQueryData([SESSION], answer) });
  };
  return (
    <Entrance title="Sign in">
      <form className={classes.fields} onSubmit={submit}>
        {problem !== null && !signIn.error && <Notice kind="bad" title={problemText(problem)} />}
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.error && <Problem error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
        {session?.oidc && (
          <>
            <p className={classes.or}>or</p>
            <Button component="a" href={organisationOf(search.get("back"))} variant="default" fullWidth>
              Sign in with {session.oidc.name}
            </Button>
          </>
        )}
      </form>
    </Entrance>
  );
}
