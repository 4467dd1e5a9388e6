import { Button, FileButton, Group } from "@mantine/core";
import { useRef, useState } from "react";
import { path } from "../../../api/call.ts";
import { usePages, useSend } from "../../../api/hooks.ts";
import { useMay } from "../../../api/session.ts";
import { ConfirmDialog } from "../../../pieces/confirm-dialog.tsx";
import { Ago } from "../../../pieces/date-time.tsx";
import { Pager } from "../../../pieces/pager.tsx";
import { say } from "../../../pieces/say.tsx";
import { Problem, stateOf } from "../../../pieces/states.tsx";
import { whoOf } from "../../../pieces/who.ts";
import type { FileView } from "../shapes.ts";
import { useEditing } from "./editing.ts";
import { aliasOfFiles, fileNameOf } from "./file-names.ts";
import { withValue } from "./paths.ts";
import classes from "./settings.module.css";

interface Changed {
  readonly invalidation?: string;
}

/** A picture on its way, and what may be there under its name. */
interface Upload {
  readonly file: File;
  readonly name: string;
  readonly over: "nothing" | "anything" | Pick<FileView, "digest">;
}

/** Uploaded pictures: each may be replaced under its name, which makes everything fresh that was made with it. */
export function Files() {
  const { project, readOnly } = useEditing();
  const mayChange = useMay("admin", project);
  const where = path`/projects/${project}/files`;
  const pages = usePages<FileView>(where, "files");
  // Whose name the question has, until it is gone from the screen.
  const [taken, setTaken] = useState<Upload>();
  const reset = useRef<() => void>(null);
  const upload = useSend<FileView & Changed, Upload>(
    ({ file, name, over }) => ({
      method: "PUT",
      where: `${where}/${encodeURIComponent(name)}`,
      // What the bytes are is seen by the server; what the browser calls them says nothing.
      body: new Blob([file], { type: "application/octet-stream" }),
      headers: {
        "content-type": "application/octet-stream",
        ...(over === "nothing" && { "if-none-match": "*" }),
        ...(typeof over === "object" && { "if-match": `"${over.digest}"` }),
      },
    }),
    [where],
  );
  const isTaken = upload.error?.code === "VERSION_OUTDATED" && upload.variables?.over === "nothing";
  const put = (wish: Upload) => {
    // The same file may be chosen once more.
    reset.current?.();
    upload.mutate(wish, {
      onSuccess: (kept) =>
        say(
          kept.invalidation
            ? `${kept.name} is replaced; what was made with it is being renewed.`
            : `${kept.name} is uploaded.`,
        ),
      onError: ({ code }) => {
        if (code !== "VERSION_OUTDATED") return;
        void pages.query.refetch();
        if (wish.over === "nothing") setTaken(wish);
      },
    });
  };
  return (
    <section aria-label="Uploaded pictures">
      <Group justify="space-between" mb="sm">
        <h3 className={classes.title}>Uploaded pictures</h3>
        {mayChange && (
          <FileButton
            accept="image/*"
            resetRef={reset}
            onChange={(file) => file && put({ file, name: fileNameOf(file.name), over: "nothing" })}
            inputProps={{ "aria-label": "Picture to upload" }}
          >
            {(props) => (
              <Button {...props} size="xs" loading={upload.isPending}>
                Upload a picture
              </Button>
            )}
          </FileButton>
        )}
      </Group>
      <div aria-live="polite">{upload.error && !isTaken && <Problem error={upload.error} />}</div>
      <ConfirmDialog
        isOpen={isTaken}
        title={`Replace ${taken?.name}?`}
        action="Replace the picture"
        isDangerous
        confirmed={() => taken && put({ ...taken, over: "anything" })}
        closed={upload.reset}
      >
        <p>
          There is a picture of this name already. Whatever was made with it is renewed, on every instance and
          node.
        </p>
      </ConfirmDialog>
      {stateOf(pages.query, "Reading the files") ?? (
        <>
          {pages.items.length === 0 && (
            <p className={classes.hint}>
              There is none yet. A picture of at most 1 MB can be the watermark, the placeholder, or an
              original of its own.
            </p>
          )}
          <ul className={classes.cards} aria-label="Files">
            {pages.items.map((file) => (
              <FileCard
                key={file.name}
                file={file}
                where={where}
                mayChange={mayChange}
                maySet={mayChange && readOnly === undefined}
                replace={(next) => next && put({ file: next, name: file.name, over: file })}
              />
            ))}
          </ul>
          <Pager pages={pages} what="files" />
        </>
      )}
    </section>
  );
}

function FileCard(props: {
  readonly file: FileView;
  readonly where: string;
  readonly mayChange: boolean;
  readonly maySet: boolean;
  readonly replace: (file: File | null) => void;
}) {
  const { file, where, mayChange, maySet, replace } = props;
  const { settings, set } = useEditing();
  const [isAsking, setAsking] = useState(false);
  const address = `${where}/${encodeURIComponent(file.name)}`;
  const remove = useSend<Changed>(() => ({ method: "DELETE", where: address }), [where]);
  const useAsWatermark = () => {
    const { alias, aliases } = aliasOfFiles(settings.aliases);
    set([], withValue(withValue(settings, ["aliases"], aliases), ["watermark"], `${alias}/${file.name}`));
    say("The watermark is chosen; save the settings to put it in force.", "busy");
  };
  return (
    <li className={classes.card}>
      <div className={classes.fileCard}>
        <img
          className={classes.preview}
          src={`${address}?digest=${file.digest}`}
          alt={file.name}
          loading="lazy"
        />
        <div className={classes.cardWords}>
          <h4>{file.name}</h4>
          <p>
            {file.format.toUpperCase()}, {file.width} × {file.height}, {file.bytes.toLocaleString()} bytes,
            uploaded <Ago at={file.at} /> by {whoOf(file.principal)}
          </p>
          {file.paths[0] !== undefined && (
            <p>
              <code>{file.paths[0]}</code>
            </p>
          )}
          {file.uses.length > 0 && <p className={classes.hint}>In use as {file.uses.join(" and ")}.</p>}
          <Group gap="xs" mt="xs">
            {maySet && (
              <>
                <Button variant="default" size="compact-xs" onClick={useAsWatermark}>
                  Use as watermark
                </Button>
                <Button
                  variant="default"
                  size="compact-xs"
                  onClick={() => {
                    const { status } = (settings.missing ?? {}) as { readonly status?: number };
                    set(["missing"], { ...(status !== undefined && { status }), file: file.name });
                    say("The placeholder is chosen; save the settings to put it in force.", "busy");
                  }}
                >
                  Use as placeholder
                </Button>
              </>
            )}
            {mayChange && (
              <>
                <FileButton
                  accept="image/*"
                  onChange={replace}
                  inputProps={{ "aria-label": `Picture instead of ${file.name}` }}
                >
                  {(button) => (
                    <Button {...button} variant="default" size="compact-xs">
                      Replace
                    </Button>
                  )}
                </FileButton>
                <Button variant="subtle" color="red" size="compact-xs" onClick={() => setAsking(true)}>
                  Remove
                  <span className="unseen"> {file.name}</span>
                </Button>
              </>
            )}
          </Group>
        </div>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Remove ${file.name}?`}
        action="Remove the picture"
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        confirmed={() => remove.mutate(undefined, { onSuccess: () => say(`${file.name} is gone.`) })}
        closed={() => setAsking(false)}
      >
        <p>
          {file.uses.length > 0 ? `It is in use as ${file.uses.join(" and ")}. ` : ""}
          Whatever was made with it is renewed without it, on every instance and node.
        </p>
      </ConfirmDialog>
    </li>
  );
}
