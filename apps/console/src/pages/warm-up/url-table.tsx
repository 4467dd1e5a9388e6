import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useLastLook, usePages } from "../../api/hooks.ts";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { OUTCOME_WORDS, OutcomeBadge } from "./outcome-badge.tsx";
import { type FormatResult, OUTCOMES, type WarmUp, type WarmUpUrl } from "./shapes.ts";
import classes from "./warm-up.module.css";
import { writeBytes } from "./words.ts";

const LOOK_MS = 2_000;

/** What became of each URL, in the order of the list; all of them or those that ended in one way. */
export function UrlTable(props: {
  readonly where: string;
  readonly project: string;
  readonly warmUp: WarmUp;
  readonly isRunning: boolean;
}) {
  const { where, project, warmUp, isRunning } = props;
  const [wanted, setWanted] = useState("");
  const pages = usePages<WarmUpUrl>(where, "urls", {
    query: { project, outcome: wanted, limit: 50 },
    everyMs: isRunning ? LOOK_MS : undefined,
  });
  useLastLook(where, isRunning);
  const choices = OUTCOMES.map((each) => ({
    value: each,
    label: `${OUTCOME_WORDS[each].name} (${warmUp.urls[each].toLocaleString()})`,
  }));
  return (
    <>
      <NativeSelect
        label="Show"
        data={[{ value: "", label: "All URLs" }, ...choices]}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        maw={280}
        mt="xl"
        mb="md"
      />
      {stateOf(pages.query, "Asking for the URLs") ??
        (pages.items.length === 0 ? (
          <Empty title="No URL is so." />
        ) : (
          <TableBox name="URLs">
            <thead>
              <tr>
                <th scope="col">No.</th>
                <th scope="col">Outcome</th>
                <th scope="col">URL</th>
                <th scope="col">Formats</th>
              </tr>
            </thead>
            <tbody>
              {pages.items.map((each) => (
                <tr key={each.place}>
                  <td>{(each.place + 1).toLocaleString()}</td>
                  <td>
                    <OutcomeBadge outcome={each.outcome} />
                  </td>
                  <td className={classes.url}>
                    <code>{each.url}</code>
                    {each.code !== undefined && (
                      <p className={classes.dim}>
                        {each.detail} <code>{each.code}</code>
                      </p>
                    )}
                  </td>
                  <td>
                    <Formats of={each.formats} />
                  </td>
                </tr>
              ))}
            </tbody>
          </TableBox>
        ))}
      <Pager pages={pages} what="URLs" />
    </>
  );
}

function Formats({ of }: { readonly of: readonly FormatResult[] }) {
  if (of.length === 0) return <span className={classes.dim}>none yet</span>;
  return (
    <ul className={classes.formats}>
      {of.map(({ format, status, bytes, ms, from, code, nodes }) => (
        <li key={`${format} ${status} ${bytes}`}>
          {format ?? "no answer"}: {status}
          {format !== null && `, ${writeBytes(bytes)}, ${ms.toLocaleString()} ms, ${from}`}
          {code !== undefined && (
            <>
              , <code>{code}</code>
            </>
          )}
          {nodes.map((node) => (
            <div key={node.node} className={classes.dim}>
              {node.node}: {node.code ?? node.cache}
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}
