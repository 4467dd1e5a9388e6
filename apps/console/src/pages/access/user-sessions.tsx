import { Button } from "@mantine/core";
import { useGet, useSend } from "../../api/hooks.ts";
import { say } from "../../pieces/say.tsx";
import { Problem, stateOf } from "../../pieces/states.tsx";
import classes from "./access.module.css";
import { SessionTable } from "./session-table.tsx";
import type { OpenSession } from "./shapes.ts";

/** The sessions of another user, which an administrator may end. `where` is their address. */
export function UserSessions({ where }: { readonly where: string }) {
  const sessions = useGet<{ readonly sessions: readonly OpenSession[] }>(where);
  const end = useSend<undefined, string | undefined>(
    (id) => ({ method: "DELETE", where: id === undefined ? where : `${where}/${encodeURIComponent(id)}` }),
    [where],
  );
  const all = sessions.data?.sessions ?? [];
  return (
    <section className={classes.part} aria-labelledby="sessions">
      <h2 id="sessions">Sessions</h2>
      {end.error && <Problem error={end.error} />}
      {stateOf(sessions, "Asking for the sessions") ??
        (all.length === 0 ? (
          <p className={classes.dim}>Signed in nowhere.</p>
        ) : (
          <SessionTable
            sessions={all}
            isBusy={end.isPending}
            ended={({ id }) => end.mutate(id, { onSuccess: () => say("The session was ended.") })}
          />
        ))}
      {all.length > 1 && (
        <Button
          mt="md"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate(undefined, { onSuccess: () => say("All sessions were ended.") })}
        >
          End all of them
        </Button>
      )}
    </section>
  );
}
