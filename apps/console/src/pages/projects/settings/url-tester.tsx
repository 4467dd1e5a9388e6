import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { path } from "../../../api/call.ts";
import { useSend } from "../../../api/hooks.ts";
import { useMay } from "../../../api/session.ts";
import { Problem } from "../../../pieces/states.tsx";
import type { ExplanationView } from "../shapes.ts";
import { useEditing } from "./editing.ts";
import { Explanation } from "./explanation.tsx";
import { isSame } from "./paths.ts";
import classes from "./settings.module.css";

/** Explains a delivery URL: by the settings on the screen where they may be tried, else by those in force. */
export function UrlTester() {
  const { project, settings, base, readOnly } = useEditing();
  const isAdmin = useMay("admin", project);
  const [url, setUrl] = useState("");
  const isDraft = isAdmin && readOnly === undefined && !isSame(settings, base);
  const where = path`/projects/${project}/explain`;
  const ask = useSend<ExplanationView>(() =>
    isDraft
      ? { method: "POST", where, body: { url: url.trim(), settings } }
      : { method: "GET", where, query: { url: url.trim() } },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (url.trim() !== "") ask.mutate();
  };
  return (
    <section className={classes.tester} aria-label="Try a URL">
      <h3>Try a URL</h3>
      <form onSubmit={submit} className={classes.inline}>
        <TextInput
          label="Delivery URL"
          description={
            isDraft
              ? "Whole, or its path and query. It is read by the settings on this screen, which are not saved yet."
              : "Whole, or its path and query. It is read by the settings in force; no origin is asked."
          }
          placeholder="/v7/_media_/teasers/hat.jpg?w=300"
          value={url}
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={ask.isPending}>
          Explain
        </Button>
      </form>
      <div aria-live="polite">
        {ask.error && <Problem error={ask.error} />}
        {ask.data && <Explanation found={ask.data} />}
      </div>
    </section>
  );
}
