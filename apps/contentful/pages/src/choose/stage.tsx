import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Cut } from "../../../src/delivery/choice.ts";
import { inside, moved, movedCut, percent, type Share, sizedCut, stepOf } from "./points.ts";

interface StageProps {
  readonly src: string;
  readonly point: Share | undefined;
  readonly crop: Cut | undefined;
  readonly onPoint: (point: Share) => void;
  readonly onCrop: (crop: Cut) => void;
  readonly onFail: () => void;
}

type Grip = "point" | "crop" | "size";

/** The whole picture, with the focal point and the cut on it: both follow the pointer and the arrow keys. */
export function Stage({ src, point, crop, onPoint, onCrop, onFail }: StageProps) {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef<{ readonly grip: Grip; last: Share } | undefined>(undefined);

  const at = ({ clientX, clientY }: PointerEvent): Share => {
    const { left, top, width, height } = box.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return { x: inside((clientX - left) / width), y: inside((clientY - top) / height) };
  };
  const take = (grip: Grip) => (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    box.current?.setPointerCapture(event.pointerId);
    held.current = { grip, last: at(event) };
    if (grip === "point") onPoint(at(event));
  };
  const drag = (event: PointerEvent) => {
    if (held.current === undefined) return;
    const { grip, last } = held.current;
    const now = at(event);
    const by = { x: now.x - last.x, y: now.y - last.y };
    held.current.last = now;
    if (grip === "point") onPoint(now);
    else if (crop && grip === "crop") onCrop(movedCut(crop, by));
    else if (crop) onCrop(sizedCut(crop, by));
  };
  const drop = () => {
    held.current = undefined;
  };
  const keys = (move: (by: Share) => void) => (event: KeyboardEvent) => {
    const by = stepOf(event.key, event.shiftKey);
    if (by === undefined) return;
    event.preventDefault();
    move(by);
  };
  const place = ({ x, y }: Share) => ({ left: `${x * 100}%`, top: `${y * 100}%` });

  return (
    <div
      className="stage"
      ref={box}
      onPointerDown={take("point")}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <img src={src} alt="The file, uncut" draggable={false} onError={onFail} />
      {crop && (
        <div
          className="cut"
          style={{ ...place(crop), width: `${crop.width * 100}%`, height: `${crop.height * 100}%` }}
        >
          <button
            type="button"
            className="grip move"
            aria-label={`Crop, ${percent(crop.x)}% from the left and ${percent(crop.y)}% from the top. Arrow keys move it.`}
            onPointerDown={take("crop")}
            onKeyDown={keys((by) => onCrop(movedCut(crop, by)))}
          />
          <button
            type="button"
            className="grip size"
            aria-label={`Size of the crop, ${percent(crop.width)}% by ${percent(crop.height)}%. Arrow keys change it.`}
            onPointerDown={take("size")}
            onKeyDown={keys((by) => onCrop(sizedCut(crop, by)))}
          />
        </div>
      )}
      {point && (
        <button
          type="button"
          className="point"
          style={place(point)}
          aria-label={`Focal point, ${percent(point.x)}% from the left and ${percent(point.y)}% from the top. Arrow keys move it.`}
          onPointerDown={take("point")}
          onKeyDown={keys((by) => onPoint(moved(point, by)))}
        />
      )}
    </div>
  );
}
