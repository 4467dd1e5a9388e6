import { Notice } from "../../../pieces/notice.tsx";
import { TableBox } from "../../../pieces/table-box.tsx";
import type { ExplanationView } from "../shapes.ts";
import classes from "./settings.module.css";

const LAYERS: Readonly<Record<string, string>> = {
  sealed: "sealed in the URL",
  preset: "preset",
  url: "the URL",
  rule: "rule",
  default: "defaults",
};
const COVERED: Readonly<Record<string, string>> = {
  everything: "nothing of the URL can have been changed",
  sealed: "the original and what is sealed cannot have been changed",
  nothing: "",
};

const giver = ({ layer, by }: { readonly layer: string; readonly by?: string }) =>
  `${LAYERS[layer] ?? layer}${by === undefined ? "" : ` ${by}`}`;

/** What a project makes of a delivery URL: in words and a table. */
export function Explanation({ found }: { readonly found: ExplanationView }) {
  const { refused, original, signature, parameters, remarks, format, preset } = found;
  return (
    <div className={classes.result}>
      {refused ? (
        <Notice kind="bad" title={refused.sentence}>
          <code>{refused.code}</code>
        </Notice>
      ) : (
        <Notice kind="good" title="This URL is answered.">
          {signature.by && (
            <p>
              Its signature ({signature.by}) is true: {COVERED[signature.covers]}.
            </p>
          )}
          {signature.expires && <p>It ends at {new Date(signature.expires).toLocaleString()}.</p>}
        </Notice>
      )}
      {original && (
        <dl className={classes.facts}>
          <dt>Original</dt>
          <dd>
            <code>{original.name}</code>
          </dd>
          <dt>Read from</dt>
          <dd>
            {original.from.map((each) => (
              <div key={each}>
                <code>{each}</code>
              </div>
            ))}
          </dd>
          {original.steps.length > 0 && (
            <>
              <dt>By way of</dt>
              <dd>{original.steps.map(({ alias }) => alias ?? "the prefix").join(", ")}</dd>
            </>
          )}
          <dt>Format</dt>
          <dd>
            {format.requested?.join(", ") ??
              (format.negotiated.length > 0
                ? `what the browser takes of ${format.negotiated.join(", ")}`
                : "its own")}
          </dd>
          {preset !== undefined && (
            <>
              <dt>Preset</dt>
              <dd>{preset}</dd>
            </>
          )}
        </dl>
      )}
      {parameters.length > 0 && (
        <TableBox name="Parameters in effect">
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Value</th>
              <th scope="col">Given by</th>
              <th scope="col">Won over</th>
            </tr>
          </thead>
          <tbody>
            {parameters.map((each) => (
              <tr key={each.name}>
                <td>
                  <code>{each.name}</code>
                </td>
                <td>
                  <code>{each.value}</code>
                </td>
                <td>{giver(each)}</td>
                <td>{each.overrides.map((other) => `${other.value} (${giver(other)})`).join(", ") || "–"}</td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
      {remarks.length > 0 && (
        <Notice kind="warn" title="Not everything was followed.">
          <ul>
            {remarks.map(({ parameter, text, expected }) => (
              <li key={parameter + text}>
                <code>
                  {parameter}={text}
                </code>
                : write {expected}.
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
