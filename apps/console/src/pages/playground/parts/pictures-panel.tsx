import { Select } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ApiError } from "../../../api/error.ts";
import { Problem, Waiting } from "../../../pieces/states.tsx";
import { pointOf } from "../focal-point.ts";
import { useBlobUrl } from "../hooks.ts";
import type { Look } from "../look.ts";
import { BROWSERS, type BrowserKind, type Shown } from "../picture.ts";
import { sentenceOf } from "../reasons.ts";
import { DeliveredFacts, OriginalFactList } from "./fact-list.tsx";
import { FocalPicture } from "./focal-picture.tsx";
import { Panel } from "./panel.tsx";
import classes from "./pictures-panel.module.css";

export interface PicturesPanelProps {
  readonly look: Look;
  readonly original: UseQueryResult<Shown, ApiError>;
  readonly result: UseQueryResult<Shown, ApiError>;
  readonly browser: BrowserKind;
  readonly browserChosen: (browser: BrowserKind) => void;
  /** Told of another focal point, as a gravity. */
  readonly focused: (gravity: string) => void;
}

/** The original and what is delivered, side by side, with what is known of each. */
export function PicturesPanel({
  look,
  original,
  result,
  browser,
  browserChosen,
  focused,
}: PicturesPanelProps) {
  const facts = result.data?.facts.original ?? original.data?.facts.original;
  const size =
    facts?.width === undefined || facts.height === undefined
      ? undefined
      : { width: facts.width, height: facts.height };
  return (
    <Panel
      title="Picture"
      actions={
        <Select
          size="xs"
          aria-label="What the browser takes"
          data={Object.entries(BROWSERS).map(([value, { title }]) => ({ value, label: title }))}
          value={browser}
          onChange={(next) =>
            next !== null && Object.hasOwn(BROWSERS, next) && browserChosen(next as BrowserKind)
          }
          allowDeselect={false}
        />
      }
    >
      <div className={classes.pair}>
        <figure className={classes.figure}>
          <Frame query={original}>
            {(shown, url) => (
              <FocalPicture
                url={url}
                shown={shown}
                point={pointOf(look.values.gravity, size)}
                moved={focused}
              />
            )}
          </Frame>
          <figcaption>
            <h3 className={classes.name}>Original</h3>
            {facts && <OriginalFactList facts={facts} />}
            <p className={classes.hint}>
              Click into it, or use the arrow keys on it, to keep that point in a crop.
            </p>
          </figcaption>
        </figure>
        <figure className={classes.figure} aria-busy={result.isPlaceholderData || result.isFetching}>
          <Frame query={result}>
            {(_shown, url) => <img className={classes.image} src={url} alt="As it is delivered" />}
          </Frame>
          <figcaption>
            <h3 className={classes.name}>Delivered</h3>
            {result.data && <DeliveredFacts shown={result.data} isOld={result.isPlaceholderData} />}
          </figcaption>
        </figure>
      </div>
    </Panel>
  );
}

/** A picture on the ground that shows where it is transparent; or why there is none. */
function Frame({
  query,
  children,
}: {
  readonly query: UseQueryResult<Shown, ApiError>;
  readonly children: (shown: Shown, url: string) => React.ReactNode;
}) {
  const { data, error, isPlaceholderData } = query;
  const url = useBlobUrl(data?.blob);
  if (error) return <Problem error={error} again={() => void query.refetch()} />;
  if (data === undefined) {
    return (
      <div className={classes.frame}>{query.isFetching && <Waiting what="The picture is on its way" />}</div>
    );
  }
  const { error: code } = data.facts;
  return (
    <>
      <div className={classes.frame} data-old={isPlaceholderData || undefined}>
        {url !== undefined && children(data, url)}
      </div>
      {code !== undefined && !isPlaceholderData && (
        <div role="alert" className={classes.reason}>
          <strong>No picture, but the placeholder ({data.status}).</strong> {sentenceOf(code)}{" "}
          <code>{code}</code>
        </div>
      )}
    </>
  );
}
