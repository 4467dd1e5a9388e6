import { Notice } from "../../../pieces/notice.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import type { Explanation } from "../shapes.ts";
import classes from "./explanation-panel.module.css";
import { Panel } from "./panel.tsx";

const LAYERS: Readonly<Record<string, string>> = {
  sealed: "sealed in the URL",
  preset: "preset",
  url: "the URL",
  rule: "rule",
  default: "the project's defaults",
};

const giverOf = ({ layer, by }: { readonly layer: string; readonly by?: string | undefined }) =>
  `${LAYERS[layer] ?? layer}${by === undefined ? "" : ` ${by}`}`;

/** What the server makes of the URL: where the original is read, which value counts and who gave it. */
export function ExplanationPanel({ explanation }: { readonly explanation: Explanation }) {
  const { refused, original, parameters, remarks, format, signature } = explanation;
  return (
    <Panel title="What the server makes of it">
      {refused && (
        <Notice kind="bad" title={refused.sentence}>
          <p>
            <code>{refused.code}</code>
          </p>
        </Notice>
      )}
      {remarks.length > 0 && (
        <Notice kind="warn" title="Not everything was followed.">
          <ul>
            {remarks.map(({ parameter, text, expected }) => (
              <li key={`${parameter}=${text}`}>
                <code>
                  {parameter}={text}
                </code>
                : expected {expected}.
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <dl className={classes.list}>
        {original && (
          <>
            <Line name="Original">
              <code>{original.name}</code>
            </Line>
            {original.steps.length > 0 && (
              <Line name="Found by">
                {original.steps.map(({ alias, text }) => (
                  <span key={text} className={classes.step}>
                    {alias === undefined ? "prefix" : <code>{alias}</code>} → <code>{text}</code>
                  </span>
                ))}
              </Line>
            )}
            <Line name="Read from">
              {original.from.map((place) => (
                <code key={place} className={classes.step}>
                  {place}
                </code>
              ))}
              {!original.isAllowed && " (the project may not)"}
            </Line>
          </>
        )}
        <Line name="Format">
          {format.requested
            ? `${format.requested.join(", ")} (asked for)`
            : format.negotiated.length > 0
              ? `${format.negotiated.join(", ")} where the browser takes it, else the original's`
              : "the original's"}
        </Line>
        {format.hints.length > 0 && <Line name="Hints">{format.hints.join(", ")}</Line>}
        {signature.by !== undefined && (
          <Line name="Signature">
            {signature.by}, covers {signature.covers}
            {signature.expires === undefined ? "" : `, until ${signature.expires}`}
          </Line>
        )}
      </dl>
      {parameters.length > 0 && (
        <TableBox name="Parameters in effect">
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Value</th>
              <th scope="col">Given by</th>
              <th scope="col">Overrides</th>
            </tr>
          </thead>
          <tbody>
            {parameters.map(({ name, value, overrides, ...given }) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td>
                  <code>{value}</code>
                </td>
                <td>{giverOf(given)}</td>
                <td>{overrides.map((each) => `${each.value} (${giverOf(each)})`).join(", ") || "–"}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </Panel>
  );
}

function Line({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className={classes.line}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
