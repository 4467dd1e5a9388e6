import { path } from "../../api/call.ts";
import { useGet } from "../../api/hooks.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { stateOf } from "../../pieces/states.tsx";
import { useNamedProject } from "../../shell/place.ts";
import { Bench } from "./bench.tsx";
import type { ProjectView } from "./shapes.ts";

const LEAD =
  "Choose a picture, turn what a delivery URL may say, and see what comes out. The address of this page shares what you see.";

/** Turns the knobs of delivery URLs and shows what they give. */
export function Playground() {
  const project = useNamedProject() ?? "";
  const view = useGet<ProjectView>(path`/projects/${project}`);
  return (
    <>
      <PageHead title="URL playground" lead={LEAD} />
      {stateOf(view, "Asking how the project writes its URLs") ??
        (view.data && <Bench project={project} settings={view.data.settings} />)}
    </>
  );
}
