import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { path } from "../../../api/call.ts";
import { useSend } from "../../../api/hooks.ts";
import { useMay } from "../../../api/session.ts";
import { Notice } from "../../../pieces/notice.tsx";
import { Problem } from "../../../pieces/states.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import type { TrialView } from "../shapes.ts";
import { useEditing } from "./editing.ts";
import { isSame } from "./paths.ts";
import classes from "./settings.module.css";

/** Reads one original of a source and tells what happened on the way: by the settings on the screen where they may be tried. */
export function SourceTrial({ beginning }: { readonly beginning: string }) {
  const { project, settings, base, readOnly } = useEditing();
  const mayTry = useMay("write", project);
  const isAdmin = useMay("admin", project);
  const [file, setFile] = useState("");
  const isDraft = isAdmin && readOnly === undefined && !isSame(settings, base);
  const attempt = useSend<TrialView>(() => ({
    method: "POST",
    where: path`/projects/${project}/check-source`,
    body: { path: beginning + file.trim(), ...(isDraft && { settings }) },
  }));
  if (!mayTry) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file.trim() !== "") attempt.mutate();
  };
  return (
    <section className={classes.tester} aria-label={`Try ${beginning}`}>
      <form onSubmit={submit} className={classes.inline}>
        <TextInput
          label="Try the connection with a picture"
          description={isDraft ? "By what is on this screen; nothing is saved." : "By the settings in force."}
          leftSection={<code className={classes.lead}>{beginning}</code>}
          leftSectionWidth={`${beginning.length + 2}ch`}
          placeholder="hat.jpg"
          value={file}
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => setFile(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={attempt.isPending}>
          Try
        </Button>
      </form>
      <div aria-live="polite">
        {attempt.error && <Problem error={attempt.error} />}
        {attempt.data && <Outcome trial={attempt.data} />}
      </div>
    </section>
  );
}

const VALIDATORS = {
  etag: "by its ETag",
  "last-modified": "by its Last-Modified",
  none: "only by reading it again: the origin sends neither ETag nor Last-Modified",
} as const;

function Outcome({ trial }: { readonly trial: TrialView }) {
  const { code, sentence, reason, found, steps, ms } = trial;
  return (
    <div className={classes.result}>
      {code === undefined ? (
        <Notice kind="good" title={`The picture came, in ${ms.toLocaleString()} ms.`}>
          {found && (
            <p>
              {found.format?.toUpperCase()}, {found.width} × {found.height} pixels,{" "}
              {found.bytes.toLocaleString()} bytes. Changes are noticed {VALIDATORS[found.validator]}.
            </p>
          )}
        </Notice>
      ) : (
        <Notice kind="bad" title={reason ?? sentence ?? code}>
          {reason !== undefined && sentence !== undefined && <p>Delivery would say: {sentence}</p>}
          {found && (
            <p>
              What came is called {found.contentType ?? "nothing"} and has {found.bytes.toLocaleString()}{" "}
              bytes.
            </p>
          )}
          <p>
            <code>{code}</code>
          </p>
        </Notice>
      )}
      {steps.length > 0 && (
        <TableBox name="Requests on the way">
          <thead>
            <tr>
              <th scope="col">Request</th>
              <th scope="col">Network</th>
              <th scope="col">Answer</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: requests are named by nothing but their order.
              <tr key={at}>
                <td>
                  <code>{step.url}</code>
                  {step.redirect !== undefined && (
                    <div>
                      leads to <code>{step.redirect}</code>
                    </div>
                  )}
                </td>
                <td>{step.networks.join(", ") || "unknown"}</td>
                <td>{step.status ?? step.fault ?? "none"}</td>
                <td>{step.ms.toLocaleString()} ms</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </div>
  );
}
