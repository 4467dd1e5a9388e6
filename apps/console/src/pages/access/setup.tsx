import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Navigate } from "react-router";
import { SESSION } from "../../api/client.ts";
import { useSend } from "../../api/hooks.ts";
import { type Session, useSession } from "../../api/session.ts";
import { Problem } from "../../pieces/states.tsx";
import classes from "./entrance.module.css";
import { Entrance } from "./entrance.tsx";
import { tokenOfLink } from "./links.ts";
import { NewPassword } from "./new-password.tsx";

/** Makes the first user, who administers the installation. Only whoever reads the server's own words can do it. */
export function Setup() {
  const client = useQueryClient();
  const { data: session } = useSession();
  const [draft, setDraft] = useState({ token: tokenOfLink(), name: "", email: "", password: "" });
  const setUp = useSend<Session, typeof draft>((body) => ({ method: "POST", where: "/access/setup", body }));
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  if (session && !session.setup_needed) return <Navigate to="/" replace />;
  return (
    <Entrance
      title="Set up Freshet"
      lead="You make the first user here, who administers everything. The token shows that this server is yours."
    >
      <form
        className={classes.fields}
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = { ...draft, token: draft.token.trim() };
          setUp.mutate(wanted, { onSuccess: (answer) => client.setQueryData([SESSION], answer) });
        }}
      >
        <PasswordInput
          label="Setup token"
          description="The server wrote it when it started; it is also in setup.token of its data folder."
          autoComplete="off"
          required
          withAsterisk={false}
          value={draft.token}
          onChange={(event) => set({ token: event.currentTarget.value })}
        />
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={100}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={draft.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <NewPassword label="Password" value={draft.password} changed={(password) => set({ password })} />
        {setUp.error && <Problem error={setUp.error} />}
        <Button type="submit" loading={setUp.isPending} fullWidth>
          Make the first user
        </Button>
      </form>
    </Entrance>
  );
}
