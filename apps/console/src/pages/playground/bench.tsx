import { useState } from "react";
import { Notice } from "../../pieces/notice.tsx";
import { Empty, Problem } from "../../pieces/states.tsx";
import classes from "./bench.module.css";
import { useExplanation } from "./explain.ts";
import { usePicture, useSettled } from "./hooks.ts";
import { withValue, writeLook } from "./look.ts";
import { CodePanel } from "./parts/code-panel.tsx";
import { ExplanationPanel } from "./parts/explanation-panel.tsx";
import { FormatsPanel } from "./parts/formats-panel.tsx";
import { KnobsPanel } from "./parts/knobs-panel.tsx";
import { PicturePicker } from "./parts/picture-picker.tsx";
import { PicturesPanel } from "./parts/pictures-panel.tsx";
import { SignedNotice } from "./parts/signed-notice.tsx";
import { UrlPanel } from "./parts/url-panel.tsx";
import { BROWSERS, type BrowserKind } from "./picture.ts";
import { isSigned, spellingOf } from "./settings.ts";
import type { ProjectSettings } from "./shapes.ts";
import { useSigned } from "./signed.ts";
import { endpointsOf } from "./target.ts";
import { useLook } from "./use-look.ts";

/** Turning goes on while a picture is on its way: only what stood still for so long is asked for. */
const REST_MS = 250;

/** Everything about one picture of a project and what is asked of it. */
export function Bench({
  project,
  settings,
}: {
  readonly project: string;
  readonly settings: ProjectSettings;
}) {
  const spelling = spellingOf(settings);
  const { look, notes, proven, change, follow } = useLook(spelling, settings.v6 === true);
  const [browser, setBrowser] = useState<BrowserKind>("new");
  const [endpoint, setEndpoint] = useState<string>();

  const isChosen = look.original !== "";
  const target = useSettled(proven ?? (isChosen ? writeLook(look, spelling) : "/"), REST_MS);
  const isClosed = isSigned(settings);
  const explanation = useExplanation(project, target);
  const endpoints = endpointsOf(explanation.data?.hosts ?? settings.hosts ?? [], project, window.location);
  const begin = endpoint !== undefined && endpoints.includes(endpoint) ? endpoint : (endpoints[0] ?? "");

  const signing = useSigned(project, isClosed && isChosen && proven === undefined ? target : undefined);
  const open = isChosen && target !== "/" ? target : undefined;
  const asked = isClosed && proven === undefined ? signing.target : open;
  const { accept } = BROWSERS[browser];
  const result = usePicture(
    asked === undefined ? undefined : { project, target: asked, as: "delivered", accept },
  );
  const plain = useSettled(isChosen ? writeLook({ ...look, values: {} }, spelling) : undefined, REST_MS);
  // A signature holds for one URL: the original is asked for by the one that is signed.
  const originalTarget = isClosed || proven !== undefined ? asked : plain;
  const original = usePicture(
    originalTarget === undefined
      ? undefined
      : { project, target: originalTarget, as: "original", accept: BROWSERS.new.accept },
  );
  const facts = result.data?.facts.original ?? original.data?.facts.original;
  const url = { endpoint: begin, endpoints, chosen: setEndpoint };

  return (
    <div className={classes.bench}>
      <div className={classes.top}>
        <PicturePicker
          project={project}
          settings={settings}
          hosts={explanation.data?.hosts ?? []}
          original={look.original}
          chosen={(next) => change({ ...look, original: next, version: undefined })}
          follow={follow}
        />
      </div>
      <div className={classes.knobs}>
        <KnobsPanel look={look} settings={settings} facts={facts} change={change} />
      </div>
      <div className={classes.main}>
        {isClosed && proven === undefined && <SignedNotice signing={signing} />}
        {notes.length > 0 && (
          <Notice kind="warn" title="Not all of the URL is looked at.">
            <ul>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </Notice>
        )}
        {isChosen ? (
          <>
            <PicturesPanel
              look={look}
              original={original}
              result={result}
              browser={browser}
              browserChosen={setBrowser}
              focused={(gravity) => change(withValue(look, "gravity", gravity))}
            />
            <div className={classes.rest}>
              <UrlPanel
                look={look}
                settings={settings}
                url={url}
                signed={isClosed ? asked : undefined}
                follow={follow}
              />
              {explanation.error && (
                <Problem error={explanation.error} again={() => void explanation.refetch()} />
              )}
              {explanation.data && <ExplanationPanel explanation={explanation.data} />}
              <FormatsPanel
                project={project}
                look={look}
                settings={settings}
                original={facts?.bytes}
                chosen={(format) => change(withValue(look, "force_format", format))}
              />
              <CodePanel
                look={look}
                settings={settings}
                endpoint={begin}
                facts={facts}
                result={result.data}
              />
            </div>
          </>
        ) : (
          <Empty title="No picture is chosen.">
            <p>
              Choose one above: a picture that was asked for lately, a path, an address, or a whole delivery
              URL.
            </p>
          </Empty>
        )}
      </div>
    </div>
  );
}
