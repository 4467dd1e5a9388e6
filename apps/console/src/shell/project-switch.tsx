import { Select } from "@mantine/core";
import { useLocation } from "wouter";
import { useProjects } from "../api/projects.ts";
import { placeInProject, useCurrentProject, useNamedProject } from "./place.ts";

/** Which project the links below it are about. Choosing another one leads to the same page of that. */
export function ProjectSwitch({ className }: { readonly className?: string | undefined }) {
  const [location, navigate] = useLocation();
  const current = useCurrentProject();
  const named = useNamedProject();
  const { data } = useProjects();
  const names = data?.projects.map(({ name }) => name) ?? [];
  const all = current === undefined || names.includes(current) ? names : [current, ...names];
  return (
    <Select
      {...(className !== undefined && { className })}
      aria-label="Project"
      data={all}
      value={current ?? null}
      placeholder={data === undefined ? "Loading …" : "No project yet"}
      disabled={all.length === 0}
      searchable
      allowDeselect={false}
      limit={100}
      nothingFoundMessage="No project is called so."
      comboboxProps={{ withinPortal: false }}
      onChange={(name) => {
        if (name !== null && name !== named) navigate(placeInProject(location, name));
      }}
    />
  );
}
