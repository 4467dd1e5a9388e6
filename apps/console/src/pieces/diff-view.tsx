import { changesBetween } from "./changes.ts";
import classes from "./diff-view.module.css";
import { Empty } from "./states.tsx";
import { TableBox } from "./table-box.tsx";

/** What is different between two JSON values, member by member. */
export function DiffView({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const changes = changesBetween(before, after);
  if (changes.length === 0) return <Empty title="Nothing is different." />;
  return (
    <TableBox name="Differences">
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Before and after</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ pointer, before: old, after: next }) => (
          <tr key={pointer}>
            <td>
              <code>{pointer || "everything"}</code>
            </td>
            <td>
              {old !== undefined && <del className={classes.old}>{write(old)}</del>}
              {next !== undefined && <ins className={classes.new}>{write(next)}</ins>}
            </td>
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

const write = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
