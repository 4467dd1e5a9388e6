import { Stack } from "@mantine/core";
import { useGet } from "../../api/hooks.ts";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import { Notice } from "../../pieces/notice.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Empty, Problem, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { type Instance, type InstanceList, sayAll, sayInstance, sayRole } from "./words.ts";

const OFTEN_MS = 2_000;

/** Who serves, and how far each is in the journal; as it is now. */
export function Instances() {
  const list = useGet<InstanceList>("/instances", { everyMs: OFTEN_MS });
  return (
    <>
      <PageHead
        title="Instances"
        lead="Every server process that follows the journal. One that is behind answers nothing from its caches until it has caught up."
      />
      {list.data !== undefined && list.error && (
        <Problem error={list.error} again={() => void list.refetch()} />
      )}
      {stateOf(list, "Asking the instances") ?? (list.data && <All list={list.data} />)}
    </>
  );
}

function All({ list }: { readonly list: InstanceList }) {
  if (list.instances.length === 0) return <Empty title="No instance has signed on." />;
  const { kind, title, sentence } = sayAll(list);
  return (
    <Stack gap="lg">
      <Notice kind={kind} title={title}>
        <p role="status">{sentence}</p>
      </Notice>
      <TableBox name="Instances">
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">State</th>
            <th scope="col">Applied</th>
            <th scope="col">Behind by</th>
            <th scope="col">Heard</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {list.instances.map((instance) => (
            <Row key={instance.name} instance={instance} />
          ))}
        </tbody>
      </TableBox>
    </Stack>
  );
}

function Row({ instance }: { readonly instance: Instance }) {
  const { name, role, applied, lag, seen_at: seenAt, started_at: startedAt } = instance;
  const { kind, word, sentence } = sayInstance(instance);
  return (
    <tr>
      <td>
        <code>{name}</code>
        <div>{sayRole(role)}</div>
      </td>
      <td>
        <StatusBadge kind={kind}>{word}</StatusBadge>
        {sentence !== "" && <div>{sentence}</div>}
      </td>
      <td>{applied === null ? "catching up" : applied.toLocaleString()}</td>
      <td>{lag.toLocaleString()}</td>
      <td>
        <Ago at={seenAt} />
      </td>
      <td>
        <DateTime at={startedAt} />
      </td>
    </tr>
  );
}
