import { useParams } from "react-router";
import { useMay } from "../../api/session.ts";
import { Notice } from "../../pieces/notice.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { NotHere, Waiting } from "../../pieces/states.tsx";
import { useNamedProject } from "../../shell/place.ts";
import { Details } from "./details/details.tsx";
import { InvalidateForm } from "./form/invalidate-form.tsx";
import { InvalidationLog } from "./log/invalidation-log.tsx";
import { useProjectRules } from "./project-rules.ts";

/** Everything about the invalidations of a project: the form with the log, and each of them at an address of its own. */
export function Invalidation() {
  const project = useNamedProject();
  const { "*": rest = "" } = useParams<"*">();
  if (project === undefined || rest.includes("/")) return <NotHere />;
  return rest === "" ? (
    <FormAndLog project={project} />
  ) : (
    <Details key={rest} project={project} uuid={rest} />
  );
}

function FormAndLog({ project }: { readonly project: string }) {
  const mayWrite = useMay("write", project);
  const { rules, isPending } = useProjectRules(project);
  return (
    <>
      <PageHead
        title="Invalidation"
        lead={`When an image of ${project} has changed under the same URL, have every server and every node forget it.`}
      />
      {!mayWrite && (
        <Notice kind="idle" title="You may look at the log.">
          <p>To invalidate you need the right “write” in this project.</p>
        </Notice>
      )}
      {mayWrite &&
        (isPending ? (
          <Waiting what="Reading how the project names its images" />
        ) : (
          <InvalidateForm project={project} rules={rules} />
        ))}
      <InvalidationLog project={project} rules={isPending ? undefined : rules} />
    </>
  );
}
