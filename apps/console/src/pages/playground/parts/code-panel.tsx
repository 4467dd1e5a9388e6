import { Tabs, TextInput } from "@mantine/core";
import { useState } from "react";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import { candidatesOf, usualSizes, widthsFor } from "../candidates.ts";
import type { OriginalFacts } from "../facts.ts";
import { type Look, writeLook } from "../look.ts";
import type { Shown } from "../picture.ts";
import { allowedWidths, isSigned, spellingOf } from "../settings.ts";
import type { ProjectSettings } from "../shapes.ts";
import { LANGUAGES } from "../snippets/index.ts";
import type { Picture, Snippet } from "../snippets/picture.ts";
import classes from "./code-panel.module.css";
import { Panel } from "./panel.tsx";

export interface CodePanelProps {
  readonly look: Look;
  readonly settings: ProjectSettings;
  readonly endpoint: string;
  readonly facts: OriginalFacts | undefined;
  readonly result: Shown | undefined;
}

/** What a page needs to show the picture, in the languages that pages are written in. */
export function CodePanel({ look, settings, endpoint, facts, result }: CodePanelProps) {
  const [alt, setAlt] = useState("");
  const [sizes, setSizes] = useState<string>();
  const [widths, setWidths] = useState<string>();
  const spelling = spellingOf(settings);
  const usualWidths = widthsFor(look, { original: facts?.width, allowed: allowedWidths(settings) });
  const chosen = widths === undefined ? usualWidths : readWidths(widths);
  const isShown = result !== undefined && result.facts.error === undefined && result.width > 0;
  const picture: Picture = {
    ...{ endpoint, look, spelling, alt },
    target: writeLook(look, spelling),
    candidates: candidatesOf(look, chosen, spelling),
    sizes: sizes ?? usualSizes(look),
    shown: isShown ? { width: result.width, height: result.height } : undefined,
  };
  return (
    <Panel
      title="Code"
      {...(isSigned(settings) && {
        lead: "This project takes signed URLs only: sign each URL where the page is made, with the project's salt.",
      })}
    >
      <div className={classes.fields}>
        <TextInput
          size="xs"
          label="Alternative text"
          value={alt}
          onChange={(event) => setAlt(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Widths of the srcset"
          value={widths ?? usualWidths.join(", ")}
          onChange={(event) => setWidths(event.currentTarget.value)}
          onBlur={(event) => event.currentTarget.value.trim() === "" && setWidths(undefined)}
          error={chosen.length === 0 ? "Write widths from 1 to 8192, such as 400, 800." : undefined}
        />
        <TextInput
          size="xs"
          label="sizes"
          value={sizes ?? usualSizes(look)}
          onChange={(event) => setSizes(event.currentTarget.value)}
          onBlur={(event) => event.currentTarget.value.trim() === "" && setSizes(undefined)}
        />
      </div>
      <Tabs defaultValue={LANGUAGES[0]?.id ?? ""} keepMounted={false}>
        <Tabs.List>
          {LANGUAGES.map(({ id, title }) => (
            <Tabs.Tab key={id} value={id}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {LANGUAGES.map(({ id, title, write }) => (
          <Tabs.Panel key={id} value={id} pt="sm">
            {write(picture).map((snippet) => (
              <Code key={snippet.title} snippet={snippet} language={title} />
            ))}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Panel>
  );
}

function Code({ snippet, language }: { readonly snippet: Snippet; readonly language: string }) {
  const { title, code, needs } = snippet;
  return (
    <div className={classes.snippet}>
      <div className={classes.head}>
        <h3 className={classes.title}>{title}</h3>
        <CopyButton text={code} what={`the ${language} for ${title}`} />
      </div>
      {needs !== undefined && <p className={classes.needs}>Needs: {needs}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <section className={classes.box} tabIndex={0} aria-label={`${language}: ${title}`}>
        <pre className={classes.code}>
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}

/** Whole numbers from 1 to 8192, ascending, each once; the rest is not followed. */
function readWidths(text: string): readonly number[] {
  const numbers = text.split(/[\s,;]+/).map(Number);
  return [...new Set(numbers.filter((each) => Number.isInteger(each) && each >= 1 && each <= 8_192))].sort(
    (a, b) => a - b,
  );
}
