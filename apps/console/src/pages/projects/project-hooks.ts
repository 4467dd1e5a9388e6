import type { UseQueryResult } from "@tanstack/react-query";
import { path } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useGet } from "../../api/hooks.ts";
import { useMay } from "../../api/session.ts";
import type { ProjectView } from "./shapes.ts";

/** A project with its settings, asked again while it is looked at: somebody else may save meanwhile. */
export function useProject(name: string): UseQueryResult<ProjectView, ApiError> {
  return useGet<ProjectView>(path`/projects/${name}`, { everyMs: 15_000 });
}

/** Why the settings of a project cannot be changed here; undefined where they can. */
export function useReadOnly(view: ProjectView | undefined, name: string): "file" | "rights" | undefined {
  const isAdmin = useMay("admin", name);
  if (view?.origin === "file") return "file";
  return isAdmin ? undefined : "rights";
}
