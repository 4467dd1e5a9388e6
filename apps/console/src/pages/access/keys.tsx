import { Button } from "@mantine/core";
import { useState } from "react";
import { path } from "../../api/call.ts";
import { usePages, useSend } from "../../api/hooks.ts";
import { ConfirmDialog } from "../../pieces/confirm-dialog.tsx";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { say } from "../../pieces/say.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { whoOf } from "../../pieces/who.ts";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./access.module.css";
import { NewKey } from "./new-key.tsx";
import type { Key } from "./shapes.ts";
import { ShownOnce } from "./shown-once.tsx";

/** The API keys of the project in the address, or of the installation. */
export function Keys() {
  const project = useNamedProject();
  const where = project === undefined ? "/keys" : path`/projects/${project}/keys`;
  const pages = usePages<Key>(where, "keys");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [leaving, setLeaving] = useState<Key>();
  const revoke = useSend<undefined, string>(
    (id) => ({ method: "DELETE", where: `${where}/${encodeURIComponent(id)}` }),
    [where],
  );
  const lead =
    project === undefined
      ? "For programs that work with every project: deployments, backups, this server's own command."
      : `For programs that work with ${project}: a CMS, a deployment, a shell. Each key can be revoked alone.`;
  return (
    <>
      <PageHead
        title="API keys"
        lead={lead}
        actions={<Button onClick={() => setMaking(true)}>New key</Button>}
      />
      {made !== undefined && (
        <ShownOnce
          title="The key was made. Note it now."
          what="the key"
          secret={made}
          hint="It is shown this once and kept nowhere; who loses it makes another one."
          done={() => setMade(undefined)}
        />
      )}
      {stateOf(pages.query, "Asking for the keys") ??
        (pages.items.length === 0 && pages.number === 1 ? (
          <Empty title="There is no key yet.">
            <p>A program sends its key as X-Client-Key, or as Authorization: Bearer.</p>
          </Empty>
        ) : (
          <KeyTable keys={pages.items} revoked={setLeaving} />
        ))}
      <Pager pages={pages} what="keys" />
      <NewKey where={where} isOpen={isMaking} closed={() => setMaking(false)} made={setMade} />
      <ConfirmDialog
        isOpen={leaving !== undefined}
        title="Revoke this key?"
        action="Revoke the key"
        isDangerous
        isBusy={revoke.isPending}
        error={revoke.error}
        closed={() => {
          revoke.reset();
          setLeaving(undefined);
        }}
        confirmed={() => {
          if (!leaving) return;
          revoke.mutate(leaving.id, {
            onSuccess: () => {
              setLeaving(undefined);
              say("The key was revoked.");
            },
          });
        }}
      >
        <p>
          “{leaving?.name}” is refused from now on, by every instance. Programs that use it stop working; this
          cannot be undone.
        </p>
      </ConfirmDialog>
    </>
  );
}

function KeyTable({
  keys,
  revoked,
}: {
  readonly keys: readonly Key[];
  readonly revoked: (key: Key) => void;
}) {
  return (
    <TableBox name="API keys">
      <thead>
        <tr>
          <th scope="col">For</th>
          <th scope="col">Right</th>
          <th scope="col">Begins with</th>
          <th scope="col">Used last</th>
          <th scope="col">Ends</th>
          <th scope="col">Made</th>
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <td className={classes.wide}>{key.name}</td>
            <td>{key.right}</td>
            <td>
              <code>fk_{key.id}_…</code>
            </td>
            <td>{key.used_at === undefined ? "never" : <Ago at={key.used_at} />}</td>
            <td>{key.expires_at === undefined ? "never" : <DateTime at={key.expires_at} />}</td>
            <td>
              <DateTime at={key.created_at} />
              <br />
              <span className={classes.dim}>{whoOf(key.created_by)}</span>
            </td>
            <td>
              <Button
                variant="default"
                size="xs"
                aria-label={`Revoke ${key.name}`}
                onClick={() => revoked(key)}
              >
                Revoke
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}
