import { Button } from "@mantine/core";
import { useState } from "react";
import { apiErrorOf } from "../../../api/error.ts";
import { useMay } from "../../../api/session.ts";
import { savingOf } from "../facts.ts";
import { writeBytes, writeMs, writeShare, writeSize } from "../format.ts";
import { useBlobUrl, usePicture } from "../hooks.ts";
import { type Look, withValue, writeLook } from "../look.ts";
import { BROWSERS, type Shown } from "../picture.ts";
import { sentenceOf } from "../reasons.ts";
import { isSigned, spellingOf } from "../settings.ts";
import type { ProjectSettings } from "../shapes.ts";
import { useSigned } from "../signed.ts";
import classes from "./formats-panel.module.css";
import { Panel } from "./panel.tsx";

/** Words of `force_format` that name one format each, and what people call it. */
const FORMATS = [
  ["avif", "AVIF"],
  ["_webp", "WebP"],
  ["jpeg", "JPEG"],
  ["png", "PNG"],
] as const;

export interface FormatsPanelProps {
  readonly project: string;
  readonly look: Look;
  readonly settings: ProjectSettings;
  /** Bytes of the original. */
  readonly original: number | undefined;
  /** Told which format is wanted, as `force_format`. */
  readonly chosen: (format: string) => void;
}

/** The same picture in every format, once somebody wants to see that: each is a picture to be made. */
export function FormatsPanel(props: FormatsPanelProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel
      title="Formats side by side"
      actions={
        <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Close" : "Compare"}
        </Button>
      }
    >
      {isOpen ? (
        <ul className={classes.all}>
          {FORMATS.map(([word, name]) => (
            <FormatCard key={word} {...props} word={word} name={name} />
          ))}
        </ul>
      ) : (
        <p className={classes.hint}>
          Makes the picture as AVIF, WebP, JPEG and PNG, and shows what each costs.
        </p>
      )}
    </Panel>
  );
}

function FormatCard({
  project,
  look,
  settings,
  original,
  chosen,
  word,
  name,
}: FormatsPanelProps & { readonly word: string; readonly name: string }) {
  const target = writeLook(withValue(look, "force_format", word), spellingOf(settings));
  const isClosed = isSigned(settings);
  const mayWrite = useMay("write", project);
  const signing = useSigned(project, isClosed ? target : undefined);
  const asked = isClosed ? signing.target : target;
  const { data, error, isPlaceholderData } = usePicture(
    asked === undefined
      ? undefined
      : { project, target: asked, as: "delivered", accept: BROWSERS.new.accept },
  );
  const url = useBlobUrl(data?.blob);
  const isFailed = data?.facts.error !== undefined;
  return (
    <li className={classes.card} data-old={isPlaceholderData || undefined}>
      <div className={classes.frame}>
        {url !== undefined && !isFailed && <img src={url} alt={`As ${name}`} />}
      </div>
      <h3 className={classes.name}>{name}</h3>
      {error && <p role="alert">{apiErrorOf(error).message}</p>}
      {isClosed && !mayWrite && <p>It would have to be signed.</p>}
      {data &&
        (data.facts.error === undefined ? (
          <Figures shown={data} original={original} />
        ) : (
          <p role="alert">{sentenceOf(data.facts.error)}</p>
        ))}
      <Button size="compact-xs" variant="default" onClick={() => chosen(word)}>
        Ask for {name}
      </Button>
    </li>
  );
}

function Figures({ shown, original }: { readonly shown: Shown; readonly original: number | undefined }) {
  const { bytes, ms, width, height, facts } = shown;
  const saving = savingOf(bytes, original);
  return (
    <p className={classes.figures}>
      <strong>{writeBytes(bytes)}</strong>
      {saving !== undefined && (
        <span className={saving >= 0 ? classes.less : classes.more}>
          {saving >= 0 ? ` ${writeShare(saving)} less` : ` ${writeShare(-saving)} more`}
        </span>
      )}
      <br />
      {facts.format?.toUpperCase()}, {width > 0 ? writeSize(width, height) : "size unknown"}, {writeMs(ms)}
    </p>
  );
}
