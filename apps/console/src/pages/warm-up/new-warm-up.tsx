import { textOfList } from "@freshet/core";
import { Button, Group, Textarea, TextInput } from "@mantine/core";
import { type ChangeEvent, type DragEvent, useDeferredValue, useMemo, useRef, useState } from "react";
import { path } from "../../api/call.ts";
import { useGet, useSend } from "../../api/hooks.ts";
import { Notice } from "../../pieces/notice.tsx";
import { say } from "../../pieces/say.tsx";
import { Problem } from "../../pieces/states.tsx";
import { type Checked, checkList, MOST_URLS, ownHosts, type Told } from "./check.ts";
import type { Added } from "./shapes.ts";
import classes from "./warm-up.module.css";

const MOST_BYTES = 8 * 2 ** 20;

/** Takes a list, typed, pasted or dropped, says while it is typed what is wrong with it, and sends it. */
export function NewWarmUp({
  project,
  added,
}: {
  readonly project: string;
  readonly added: (added: Added) => void;
}) {
  const [text, setText] = useState("");
  const [desc, setDesc] = useState("");
  const [isOver, setOver] = useState(false);
  const [fault, setFault] = useState<string>();
  const chosen = useRef<HTMLInputElement>(null);
  const { data } = useGet<{ readonly settings?: { readonly hosts?: readonly string[] } }>(
    path`/projects/${project}`,
  );
  const isOwn = useMemo(
    () => ownHosts(project, data?.settings?.hosts ?? [], window.location.host),
    [project, data],
  );
  const late = useDeferredValue(text);
  const checked = useMemo(() => checkList(late, isOwn), [late, isOwn]);
  const send = useSend<Added, readonly string[]>(
    (entries) => ({
      method: "POST",
      where: "/warmup/urls",
      query: { project },
      body: { data: entries, ...(desc.trim() !== "" && { desc: desc.trim() }) },
    }),
    ["/warmup"],
  );

  const take = async (files: FileList | null) => {
    const [file] = files ?? [];
    if (!file) return;
    setFault(undefined);
    if (file.size > MOST_BYTES) return setFault("The file is larger than 8 MB. Send it in parts.");
    setText(textOfList(new Uint8Array(await file.arrayBuffer())));
    if (desc === "") setDesc(file.name.slice(0, 500));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void take(event.currentTarget.files);
    // The same file again is a change too.
    event.currentTarget.value = "";
  };
  const isTooLong = checked.entries.length > MOST_URLS;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        const { entries } = checkList(text, isOwn);
        send.mutate(entries, {
          onSuccess: (answer) => {
            setText("");
            setDesc("");
            say(`${answer.count_added.toLocaleString()} URLs are being warmed.`);
            added(answer);
          },
        });
      }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped here; the button beside it does the same by keyboard. */}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Textarea
          label="URLs, one a line"
          description="Path and query as visitors ask for them, or whole delivery URLs. A text or CSV file may be dropped here."
          placeholder={"/_media_/hat.jpg?w=400\n/_media_/coat.jpg?w=400"}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          rows={7}
          spellCheck={false}
          classNames={{ input: classes.list ?? "" }}
        />
      </div>
      <input
        ref={chosen}
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        className="unseen"
        tabIndex={-1}
        aria-label="File with URLs"
        onChange={choose}
      />
      <Verdict checked={checked} />
      {fault !== undefined && <Notice kind="bad" title={fault} />}
      <TextInput
        label="What it is for"
        description="Optional; the history shows it."
        value={desc}
        maxLength={500}
        onChange={(event) => setDesc(event.currentTarget.value)}
      />
      {send.error && <Problem error={send.error} />}
      <Group>
        <Button type="submit" loading={send.isPending} disabled={checked.good === 0 || isTooLong}>
          {checked.good === 0 ? "Warm up" : `Warm up ${checked.good.toLocaleString()} URLs`}
        </Button>
        <Button variant="default" onClick={() => chosen.current?.click()}>
          Choose a file
        </Button>
      </Group>
    </form>
  );
}

function Verdict({ checked }: { readonly checked: Checked }) {
  const { entries, good, duplicates, wrong, faults, remarks } = checked;
  if (entries.length === 0) return null;
  const isTooLong = entries.length > MOST_URLS;
  const counts = [
    `${good.toLocaleString()} can be warmed`,
    ...(duplicates > 0 ? [`${duplicates.toLocaleString()} are there twice`] : []),
    ...(wrong > 0 ? [`${wrong.toLocaleString()} will not be taken`] : []),
  ];
  const title = isTooLong
    ? `A list has at most ${MOST_URLS.toLocaleString()} URLs; this one has ${entries.length.toLocaleString()}. Send it in parts.`
    : `${counts.join(", ")}.`;
  return (
    <div role="status">
      <Notice kind={isTooLong || good === 0 ? "warn" : wrong > 0 ? "warn" : "good"} title={title}>
        {faults.length > 0 && <Lines name="Will not be taken" told={faults} all={wrong} />}
        {remarks.length > 0 && (
          <Lines name="Taken, but perhaps not meant so" told={remarks} all={remarks.length} />
        )}
      </Notice>
    </div>
  );
}

function Lines({
  name,
  told,
  all,
}: {
  readonly name: string;
  readonly told: readonly Told[];
  readonly all: number;
}) {
  return (
    <details open={told.length <= 5}>
      <summary>{name}</summary>
      <ul className={classes.told}>
        {told.map(({ number, entry, sentence }) => (
          <li key={`${number} ${sentence}`}>
            {number.toLocaleString()}. <code>{entry.slice(0, 200)}</code> {sentence}
          </li>
        ))}
      </ul>
      {all > told.length && <p>And {(all - told.length).toLocaleString()} more.</p>}
    </details>
  );
}
