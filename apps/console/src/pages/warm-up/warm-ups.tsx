import { Link, Route, Routes, useNavigate, useParams } from "react-router";
import { usePages } from "../../api/hooks.ts";
import { useMay } from "../../api/session.ts";
import { DateTime } from "../../pieces/date-time.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, NotHere, stateOf } from "../../pieces/states.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { whoOf } from "../../pieces/who.ts";
import { useNamedProject } from "../../shell/place.ts";
import { NewWarmUp } from "./new-warm-up.tsx";
import { StateBadge } from "./outcome-badge.tsx";
import { allOf, endedOf, type WarmUp } from "./shapes.ts";
import classes from "./warm-up.module.css";
import { WarmUpPage } from "./warm-up-page.tsx";

/** Lists and the history of those that were sent; the page of each. */
export function WarmUps() {
  return (
    <Routes>
      <Route index element={<History />} />
      <Route path=":id" element={<OneWarmUp />} />
      <Route path="*" element={<NotHere />} />
    </Routes>
  );
}

function OneWarmUp() {
  const { id = "" } = useParams<"id">();
  return <WarmUpPage key={id} id={id} />;
}

function History() {
  const project = useNamedProject() ?? "";
  const go = useNavigate();
  const maySend = useMay("write", project);
  const pages = usePages<WarmUp>("/warmup", "warmups", { query: { project, limit: 20 }, everyMs: 3_000 });
  const place = (id: string) => `/p/${encodeURIComponent(project)}/warmup/${encodeURIComponent(id)}`;
  return (
    <>
      <PageHead
        title="Warm-up"
        lead="Pictures that are made before anybody asks for them, in every format that the project negotiates. Visitors always go first."
      />
      {maySend && <NewWarmUp project={project} added={({ id }) => void go(place(id))} />}
      <h2 className={classes.head}>The last five days</h2>
      {stateOf(pages.query, "Asking for warm-ups") ??
        (pages.items.length === 0 && pages.number === 1 ? (
          <Empty title="Nothing was warmed up lately.">
            <p>A deployment can send lists too: POST /warmup/urls, or “freshet warmup” from a shell.</p>
          </Empty>
        ) : (
          <TableBox name="Warm-ups">
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Sent</th>
                <th scope="col">For</th>
                <th scope="col">URLs</th>
                <th scope="col">Not warm</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {pages.items.map((each) => (
                <tr key={each.id}>
                  <td>
                    <StateBadge warmUp={each} />
                  </td>
                  <td>
                    <Link to={place(each.id)}>
                      <DateTime at={each.added_at} />
                    </Link>
                  </td>
                  <td className={classes.url}>
                    {each.desc ?? <span className={classes.dim}>nothing said</span>}
                  </td>
                  <td>
                    {each.state === "running"
                      ? `${endedOf(each).toLocaleString()} of ${allOf(each).toLocaleString()}`
                      : allOf(each).toLocaleString()}
                  </td>
                  <td>{(each.urls.partly + each.urls.failed + each.urls.refused).toLocaleString()}</td>
                  <td>{whoOf(each.added_by)}</td>
                </tr>
              ))}
            </tbody>
          </TableBox>
        ))}
      <Pager pages={pages} what="warm-ups" />
    </>
  );
}
