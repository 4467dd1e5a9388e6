import { Button, PasswordInput, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useGet, useSend } from "../../api/hooks.ts";
import { useUser } from "../../api/session.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { say } from "../../pieces/say.tsx";
import { Problem, stateOf } from "../../pieces/states.tsx";
import classes from "./access.module.css";
import { NewPassword } from "./new-password.tsx";
import { RightText } from "./right-text.tsx";
import { SessionTable } from "./session-table.tsx";
import type { OpenSession } from "./shapes.ts";

const SESSIONS = "/access/sessions";

/** What belongs to whoever is signed in: the look of the console, the password, the sessions. */
export function Profile() {
  const user = useUser();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (!user) return null;
  return (
    <>
      <PageHead
        title="Profile"
        lead={
          <>
            {user.name}, {user.email}. Rights: <RightText rights={user.rights} />.
          </>
        }
      />
      <section className={classes.part} aria-labelledby="colours">
        <h2 id="colours">Colours</h2>
        <SegmentedControl
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: "auto", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
      </section>
      {user.has_password && <Password />}
      <Sessions />
    </>
  );
}

function Password() {
  const [password, setPassword] = useState("");
  const [next, setNext] = useState("");
  const change = useSend<undefined, object>(
    (body) => ({ method: "PUT", where: "/access/password", body }),
    [SESSIONS],
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const onSuccess = () => {
      setPassword("");
      setNext("");
      say("The password was changed; your other sessions ended.");
    };
    change.mutate({ password, next }, { onSuccess });
  };
  return (
    <section className={classes.part} aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form className={classes.form} onSubmit={submit}>
        <PasswordInput
          label="The password you have"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <NewPassword value={next} changed={setNext} />
        {change.error && <Problem error={change.error} />}
        <div>
          <Button type="submit" loading={change.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </section>
  );
}

function Sessions() {
  const sessions = useGet<{ readonly sessions: readonly OpenSession[] }>(SESSIONS);
  const end = useSend<undefined, OpenSession | "others">(
    (which) => ({
      method: "DELETE",
      where: which === "others" ? SESSIONS : `${SESSIONS}/${encodeURIComponent(which.id)}`,
    }),
    [SESSIONS],
  );
  const all = sessions.data?.sessions ?? [];
  return (
    <section className={classes.part} aria-labelledby="sessions">
      <h2 id="sessions">Sessions</h2>
      <p className={classes.dim}>Browsers in which you are signed in. End those that you do not know.</p>
      {end.error && <Problem error={end.error} />}
      {stateOf(sessions, "Asking for your sessions") ?? (
        <SessionTable
          sessions={all}
          isBusy={end.isPending}
          ended={(session) => end.mutate(session, { onSuccess: () => say("The session was ended.") })}
        />
      )}
      {all.length > 1 && (
        <Button
          mt="md"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate("others", { onSuccess: () => say("All others were ended.") })}
        >
          End all others
        </Button>
      )}
    </section>
  );
}
