import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { path } from "../../../api/call.ts";
import { useSend } from "../../../api/hooks.ts";
import { useMay } from "../../../api/session.ts";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import { Notice } from "../../../pieces/notice.tsx";
import { Problem } from "../../../pieces/states.tsx";
import type { ExplanationView } from "../shapes.ts";
import { useEditing } from "./editing.ts";
import { Explanation } from "./explanation.tsx";
import { isSame, valueAt } from "./paths.ts";
import classes from "./settings.module.css";
import { UrlTester } from "./url-tester.tsx";

const KINDS = [
  { value: "fr_sig", label: "fr_sig: sign everything" },
  { value: "ci_sign", label: "ci_sign: sign everything, as Cloudimage does" },
  { value: "ci_seal", label: "ci_seal: seal parameters, as Cloudimage does" },
];
const LIVES = [
  { value: "", label: "never" },
  { value: "3600", label: "in an hour" },
  { value: "86400", label: "in a day" },
  { value: "2592000", label: "in 30 days" },
];

/** Signs or seals a URL with the salt in force, which never leaves the server, and says whether one holds. */
export function SignTester() {
  const { project, settings, base } = useEditing();
  const maySign = useMay("write", project);
  const hasSalt = valueAt(base, ["security"]) !== undefined;
  const isOther = !isSame(valueAt(settings, ["security"]), valueAt(base, ["security"]));
  const [url, setUrl] = useState("");
  const [by, setBy] = useState("fr_sig");
  const [sealed, setSealed] = useState("");
  const [life, setLife] = useState("");
  const sign = useSend<{ readonly url: string; readonly explanation: ExplanationView }>(() => ({
    method: "POST",
    where: path`/projects/${project}/sign`,
    body: {
      ...{ url: url.trim(), by },
      ...(by === "ci_seal" && { sealed: sealed.trim() }),
      ...(life !== "" && { expires_at: new Date(Date.now() + Number(life) * 1_000).toISOString() }),
    },
  }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (url.trim() !== "") sign.mutate();
  };
  return (
    <>
      {maySign && hasSalt && (
        <section className={classes.tester} aria-label="Sign a URL">
          <h3>Sign a URL</h3>
          {isOther && <Notice kind="warn" title="Signed with the salt in force, not with the unsaved one." />}
          <form onSubmit={submit} className={classes.inline}>
            <TextInput
              label="URL to sign"
              placeholder="/v7/_media_/hat.jpg?w=300"
              value={url}
              spellCheck={false}
              autoCapitalize="off"
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            <NativeSelect
              label="How"
              data={KINDS}
              value={by}
              onChange={(event) => setBy(event.currentTarget.value)}
            />
            {by === "ci_seal" && (
              <TextInput
                label="Sealed parameters"
                placeholder="w=300&h=200"
                value={sealed}
                spellCheck={false}
                onChange={(event) => setSealed(event.currentTarget.value)}
              />
            )}
            <NativeSelect
              label="It ends"
              data={LIVES}
              value={life}
              onChange={(event) => setLife(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={sign.isPending}>
              Sign
            </Button>
          </form>
          <div aria-live="polite">
            {sign.error && <Problem error={sign.error} />}
            {sign.data && (
              <>
                <p className={classes.signed}>
                  <code>{sign.data.url}</code> <CopyButton text={sign.data.url} what="the signed URL" />
                </p>
                <Explanation found={sign.data.explanation} />
              </>
            )}
          </div>
        </section>
      )}
      <UrlTester />
    </>
  );
}
