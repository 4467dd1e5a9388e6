import { Button, NativeSelect, Select } from "@mantine/core";
import { useProjects } from "../../api/projects.ts";
import type { Right, Rights } from "../../api/session.ts";
import classes from "./access.module.css";
import { RIGHT_CHOICES, RIGHT_HINT } from "./right-text.tsx";

export interface RightsEditorProps {
  readonly rights: Rights;
  readonly changed: (rights: Rights) => void;
}

/** Rights in the whole installation, and in single projects. */
export function RightsEditor({ rights, changed }: RightsEditorProps) {
  const { data } = useProjects();
  const granted = Object.entries(rights.projects ?? {});
  const free = (data?.projects ?? []).flatMap(({ name }) =>
    granted.some(([each]) => each === name) ? [] : [name],
  );
  const setProjects = (projects: readonly (readonly [string, Right])[]) => {
    const { installation } = rights;
    changed({ ...(installation && { installation }), projects: Object.fromEntries(projects) });
  };
  return (
    <>
      <NativeSelect
        label="In the whole installation"
        description={RIGHT_HINT}
        value={rights.installation ?? ""}
        data={[{ value: "", label: "None" }, ...RIGHT_CHOICES]}
        onChange={(event) => {
          const right = event.currentTarget.value as Right | "";
          changed({ ...(right !== "" && { installation: right }), projects: rights.projects ?? {} });
        }}
      />
      {granted.map(([project, right]) => (
        <div key={project} className={classes.grant}>
          <span className={classes.wide}>{project}</span>
          <NativeSelect
            aria-label={`Right in ${project}`}
            value={right}
            data={[...RIGHT_CHOICES]}
            onChange={(event) => {
              const next = event.currentTarget.value as Right;
              setProjects(granted.map(([each, old]) => [each, each === project ? next : old]));
            }}
          />
          <Button
            variant="default"
            aria-label={`No right in ${project}`}
            onClick={() => setProjects(granted.filter(([each]) => each !== project))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Select
        label="Add a project"
        placeholder={free.length === 0 ? "There is no other project" : "Choose a project"}
        data={free}
        value={null}
        searchable
        disabled={free.length === 0}
        nothingFoundMessage="No project is called so."
        onChange={(project) => {
          if (project !== null) setProjects([...granted, [project, "read"]]);
        }}
      />
    </>
  );
}
