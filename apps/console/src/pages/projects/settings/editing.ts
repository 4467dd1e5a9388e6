import { createContext, useContext } from "react";
import type { Fault } from "../../../api/error.ts";
import { isSame, type Members, type Path, pointerOf, valueAt } from "./paths.ts";
import { type Schema, schemaAt } from "./schema.ts";

/** A project whose settings are looked at, and may be other ones soon. */
export interface Editing {
  readonly project: string;
  /** That was begun from. */
  readonly version: number;
  /** As they are in force, and as they would be. */
  readonly base: Members;
  readonly settings: Members;
  readonly schema: Schema | undefined;
  /** What the server found wrong when it was asked last. */
  readonly faults: readonly Fault[];
  /** Why nothing can be changed; undefined where it can. */
  readonly readOnly: "file" | "rights" | undefined;
  /** JSON pointers to what the configuration file pins. */
  readonly pinned: readonly string[];
  /** Undefined removes what is there. */
  set(path: Path, next: unknown): void;
}

export const EditingContext = createContext<Editing | undefined>(undefined);

/** For what is inside of the settings' page. */
export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("There are no settings around this.");
  return editing;
}

/** One setting, as its field needs it. */
export interface Setting<Value> {
  readonly value: Value | undefined;
  readonly schema: Schema | undefined;
  /** Sentences about it, and about what is inside of it. */
  readonly error: string | undefined;
  readonly isLocked: boolean;
  readonly isPinned: boolean;
  readonly isChanged: boolean;
  set(next: Value | undefined): void;
}

export function useSetting<Value>(path: Path): Setting<Value> {
  const { base, settings, schema, faults, readOnly, pinned, set } = useEditing();
  const pointer = pointerOf(path);
  const found = faults.filter((each) => isBelow(each.pointer, pointer)).map(({ sentence }) => sentence);
  const isPinned = pinned.some((each) => isBelow(pointer, each));
  const value = valueAt(settings, path) as Value | undefined;
  return {
    value,
    schema: schemaAt(schema, path),
    error: found.length === 0 ? undefined : found.join(" "),
    isPinned,
    isLocked: isPinned || readOnly !== undefined,
    isChanged: !isSame(value, valueAt(base, path)),
    set: (next) => set(path, next),
  };
}

/** Whether a pointer is another one, or leads to something inside of it. */
export const isBelow = (pointer: string, above: string) =>
  pointer === above || pointer.startsWith(`${above}/`);
