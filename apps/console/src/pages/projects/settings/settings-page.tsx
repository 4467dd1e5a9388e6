import { Anchor, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Link, Navigate, useLocation, useNavigate, useParams } from "react-router";
import { Notice } from "../../../pieces/notice.tsx";
import { PageHead } from "../../../pieces/page-head.tsx";
import { NotHere, stateOf } from "../../../pieces/states.tsx";
import { useProject, useReadOnly } from "../project-hooks.ts";
import type { ProjectView } from "../shapes.ts";
import { EditingContext, isBelow } from "./editing.ts";
import { isSame, valueAt } from "./paths.ts";
import { Review } from "./review.tsx";
import { SaveBar } from "./save-bar.tsx";
import { useSettingsSchema } from "./schema.ts";
import { SECTIONS, type Section } from "./sections.tsx";
import classes from "./settings.module.css";
import { type DraftHandle, useDraft } from "./use-draft.ts";
import { useLeaveGuard } from "./use-leave-guard.tsx";

/** `/p/<project>/settings/<section>`: the settings of a project, edited section by section and saved together. */
export function SettingsPage() {
  const { project = "" } = useParams<"project">();
  const found = useProject(project);
  const schema = useSettingsSchema();
  return (
    <>
      <PageHead
        title={`Settings of ${project}`}
        lead="Every change is a version: it is in force on every instance within a second, and can be taken back."
        actions={
          <>
            <Anchor component={Link} underline="always" to={`/p/${encodeURIComponent(project)}/versions`}>
              Versions and undo
            </Anchor>
            <Anchor component={Link} underline="always" to="/nodes">
              CDN nodes
            </Anchor>
          </>
        }
      />
      {stateOf(found, "Reading the settings") ??
        stateOf(schema, "Reading what settings there are") ??
        (found.data && schema.data && <Editor key={project} view={found.data} schema={schema.data} />)}
    </>
  );
}

const READ_ONLY = {
  file: {
    title: "This project is written in the configuration file.",
    text: "It is shown here and changed there: freshet.config.json wins over what the store could say.",
  },
  rights: {
    title: "You may look, and change nothing.",
    text: "Settings are changed by whoever has the right admin in this project.",
  },
} as const;

function Editor({
  view,
  schema,
}: {
  readonly view: ProjectView;
  readonly schema: NonNullable<ReturnType<typeof useSettingsSchema>["data"]>;
}) {
  const { name: project, pinned } = view;
  const draft = useDraft(view);
  const readOnly = useReadOnly(view, project);
  const [isReviewing, setReviewing] = useState(false);
  const { pathname: location } = useLocation();
  const id = /^\/p\/[^/]+\/settings\/([^/?]+)/.exec(location)?.[1];
  const section = SECTIONS.find((each) => each.id === id);
  const base = `/p/${encodeURIComponent(project)}/settings`;
  const guard = useLeaveGuard(draft.isDirty, base, draft.discard);
  if (id === undefined) return <Navigate to={`${base}/${SECTIONS[0]?.id}`} replace />;
  if (!section) return <NotHere />;
  const { Shown, title, lead } = section;
  return (
    <EditingContext value={{ ...draft, project, schema, readOnly, pinned }}>
      {readOnly && (
        <Notice kind="busy" title={READ_ONLY[readOnly].title}>
          {READ_ONLY[readOnly].text}
        </Notice>
      )}
      {pinned.length > 0 && readOnly !== "file" && (
        <Notice kind="busy" title="Some settings are pinned by the configuration file.">
          They are the same whatever is saved here: <code>{pinned.join(", ")}</code>
        </Notice>
      )}
      <div className={classes.layout}>
        <Sections base={base} current={section.id} draft={draft} />
        <section className={classes.section} aria-labelledby="section-title">
          <h2 id="section-title" className={classes.sectionTitle}>
            {title}
          </h2>
          <p className={classes.sectionLead}>{lead}</p>
          <Shown key={draft.version} />
        </section>
      </div>
      {readOnly === undefined && <SaveBar draft={draft} reviewed={() => setReviewing(true)} />}
      <Review
        project={project}
        view={view}
        draft={draft}
        isOpen={isReviewing}
        closed={() => setReviewing(false)}
      />
      {guard}
    </EditingContext>
  );
}

/** How a section stands: whether something in it is changed, or wrong. */
function standingOf(
  { owns }: Section,
  { base, settings, faults }: DraftHandle,
): "fault" | "changed" | undefined {
  if (faults.some(({ pointer }) => owns.some((each) => isBelow(pointer, each)))) return "fault";
  const isChanged = owns.some((pointer) => {
    const path = pointer.split("/").slice(1);
    return !isSame(valueAt(base, path), valueAt(settings, path));
  });
  return isChanged ? "changed" : undefined;
}

const STANDING = { fault: "has a fault", changed: "changed" } as const;

/** The ways to the sections: a list beside them, or where it is narrow one field. */
function Sections({
  base,
  current,
  draft,
}: {
  readonly base: string;
  readonly current: string;
  readonly draft: DraftHandle;
}) {
  const navigate = useNavigate();
  const all = SECTIONS.map((section) => ({ ...section, standing: standingOf(section, draft) }));
  return (
    <>
      <nav className={classes.sections} aria-label="Sections of the settings">
        <ul>
          {all.map(({ id, title, standing }) => (
            <li key={id}>
              <Link to={`${base}/${id}`} aria-current={id === current ? "page" : undefined}>
                {title}
                {standing && (
                  <span className={classes.standing} data-kind={standing}>
                    {STANDING[standing]}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <NativeSelect
        className={classes.sectionChoice ?? ""}
        label="Section"
        value={current}
        data={all.map(({ id, title, standing }) => ({
          value: id,
          label: standing ? `${title} (${STANDING[standing]})` : title,
        }))}
        onChange={(event) => void navigate(`${base}/${event.currentTarget.value}`)}
      />
    </>
  );
}
