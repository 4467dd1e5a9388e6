import { Select } from "@mantine/core";
import { useLocation, useNavigate } from "react-router";
import { useProjects } from "../api/projects.ts";
import { placeInProject, useCurrentProject, useNamedProject } from "./place.ts";

/** Which project the links below it are about. Choosing another one leads to the same page of that. */
export function ProjectSwitch({ className }: { readonly className?: string | undefined }) {
  const { pathname: location } = useLocation();
  const navigate = useNavigate();
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
        if (name !== null && name !== named) void navigate(placeInProject(location, name));
      }}
    />
  );
}
