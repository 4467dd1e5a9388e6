import { Button } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { path } from "../../../api/call.ts";
import { useSend } from "../../../api/hooks.ts";
import { useMay } from "../../../api/session.ts";
import { ConfirmDialog } from "../../../pieces/confirm-dialog.tsx";
import { say } from "../../../pieces/say.tsx";
import { useEditing } from "./editing.ts";
import classes from "./settings.module.css";

/** The end of a project, for whoever administers the installation. */
export function DeleteProject() {
  const { project, version, readOnly } = useEditing();
  const mayDelete = useMay("admin") && readOnly === undefined;
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const end = useSend(
    () => ({
      method: "DELETE",
      where: path`/projects/${project}`,
      headers: { "if-match": `"${version}"` },
    }),
    ["/projects"],
  );
  if (!mayDelete) return null;
  return (
    <section className={classes.danger} aria-label="End of the project">
      <h3 className={classes.title}>Delete the project</h3>
      <p>
        Its hosts are answered by 404 from then on, its keys and uploaded pictures end with it. Its versions
        stay: a project of the same name counts on.
      </p>
      <Button color="red.9" size="xs" onClick={() => setAsking(true)}>
        Delete {project}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Delete ${project}?`}
        action="Delete the project"
        isDangerous
        typed={project}
        isBusy={end.isPending}
        error={end.error}
        confirmed={() =>
          end.mutate(undefined, {
            onSuccess: () => {
              say(`The project ${project} is gone.`);
              void navigate("/projects");
            },
          })
        }
        closed={() => {
          end.reset();
          setAsking(false);
        }}
      >
        <p>Every picture that this project delivers is answered by 404.</p>
      </ConfirmDialog>
    </section>
  );
}
