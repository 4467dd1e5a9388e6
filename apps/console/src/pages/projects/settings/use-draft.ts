import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, path } from "../../../api/call.ts";
import { type ApiError, apiErrorOf, type Fault } from "../../../api/error.ts";
import type { ProjectChanged, ProjectView } from "../shapes.ts";
import { type Draft, keepDraft, keptDraft } from "./kept.ts";
import { isSame, type Members, type Path, type Rebased, rebase, withValue } from "./paths.ts";

export interface DraftHandle {
  readonly base: Members;
  readonly settings: Members;
  /** The version that was begun from. */
  readonly version: number;
  readonly isDirty: boolean;
  /** Somebody saved a newer version meanwhile. */
  readonly isOutdated: boolean;
  readonly faults: readonly Fault[];
  readonly error: ApiError | undefined;
  readonly isSaving: boolean;
  set(at: Path, next: unknown): void;
  replace(settings: Members): void;
  discard(): void;
  /** Mine on top of what is in force now; answers the pointers that both changed. */
  putOnTop(): readonly string[];
  /** Undefined where it was refused. */
  save(note: string): Promise<ProjectChanged | undefined>;
}

const NOTHING: readonly Fault[] = [];

/** Settings as somebody edits them. They stay what they are until they are saved or thrown away, wherever their owner goes meanwhile. */
export function useDraft(view: ProjectView): DraftHandle {
  const { name, settings: inForce, version = 0 } = view;
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft | undefined>(() => keptDraft(client, name));
  const [error, setError] = useState<ApiError>();
  const [isSaving, setSaving] = useState(false);
  const now: Draft = draft ?? { version, base: inForce, settings: inForce };
  const isDirty = !isSame(now.base, now.settings);
  useEffect(() => keepDraft(client, name, isDirty ? draft : undefined), [client, name, draft, isDirty]);

  const change = (settings: unknown) => {
    const next = { ...now, settings: (settings ?? {}) as Members };
    setDraft(isSame(next.base, next.settings) ? undefined : next);
  };
  const where = path`/projects/${name}`;
  return {
    ...now,
    isDirty,
    isOutdated: isDirty && now.version !== version,
    // Pointers begin at the body that was sent.
    faults:
      error?.faults.map((each) => ({ ...each, pointer: each.pointer.replace(/^\/settings/, "") })) ?? NOTHING,
    error,
    isSaving,
    set: (at, next) => change(withValue(now.settings, at, next)),
    replace: change,
    discard: () => {
      setDraft(undefined);
      setError(undefined);
    },
    putOnTop: () => {
      const { settings, clashes }: Rebased = rebase(now.base, now.settings, inForce);
      setDraft({ version, base: inForce, settings: (settings ?? {}) as Members });
      setError(undefined);
      return clashes;
    },
    save: async (note) => {
      setSaving(true);
      try {
        const body = { settings: now.settings, ...(note.trim() !== "" && { note: note.trim() }) };
        const headers = { "if-match": `"${now.version}"` };
        const changed = await call<ProjectChanged>("PUT", where, { body, headers });
        client.setQueryData([where, {}], changed);
        await client.invalidateQueries({
          predicate: ({ queryKey: [each] }) => String(each).startsWith("/projects"),
        });
        setDraft(undefined);
        setError(undefined);
        return changed;
      } catch (thrown) {
        const refused = apiErrorOf(thrown);
        setError(refused);
        if (refused.code === "VERSION_OUTDATED") await client.invalidateQueries({ queryKey: [where] });
        return undefined;
      } finally {
        setSaving(false);
      }
    },
  };
}
