import { movedBy, type Point, writePoint } from "../focal-point.ts";
import type { Shown } from "../picture.ts";
import classes from "./focal-picture.module.css";

export interface FocalPictureProps {
  readonly url: string;
  readonly shown: Shown;
  /** In percent; undefined where none is set. */
  readonly point: Point | undefined;
  /** Told of another point, as a gravity. */
  readonly moved: (gravity: string) => void;
}

const CENTRE: Point = { x: 50, y: 50 };
const STEP = 1;
const LONG_STEP = 10;

/** The original, which takes clicks and arrow keys for the point that a crop shall keep. */
export function FocalPicture({ url, shown, point, moved }: FocalPictureProps) {
  const { width, height } = shown;
  return (
    <button
      type="button"
      className={classes.button}
      aria-label={`Focal point${point ? `: ${Math.round(point.x)} percent across, ${Math.round(point.y)} percent down` : ": not set"}. Arrow keys move it.`}
      onClick={({ currentTarget, clientX, clientY, detail }) => {
        // Enter and Space press it without a place.
        if (detail === 0) return moved(writePoint(point ?? CENTRE));
        const { left, top, width: across, height: down } = currentTarget.getBoundingClientRect();
        moved(writePoint({ x: ((clientX - left) / across) * 100, y: ((clientY - top) / down) * 100 }));
      }}
      onKeyDown={(event) => {
        const next = movedBy(event.key, point ?? CENTRE, event.shiftKey ? LONG_STEP : STEP);
        if (!next) return;
        event.preventDefault();
        moved(writePoint(next));
      }}
    >
      <img
        className={classes.image}
        src={url}
        alt=""
        {...(width > 0 && height > 0 && { width, height })}
        draggable={false}
      />
      {point && (
        <span
          className={classes.point}
          style={{ left: `${point.x}%`, top: `${point.y}%` }}
          aria-hidden="true"
        />
      )}
    </button>
  );
}
