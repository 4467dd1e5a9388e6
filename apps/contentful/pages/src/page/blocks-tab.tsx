import { Button } from "@contentful/f36-button";
import { Table } from "@contentful/f36-table";
import type { Block } from "../api/shapes.ts";
import { wishFor } from "../assets/wishes.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { ScrollBox } from "../shared/scroll-box.tsx";
import { timeText } from "../shared/texts.ts";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";

/** What visitors are refused, by whom and why. */
export function BlocksTab() {
  const { calls, status } = useApp();
  const { value: blocks, problem, reload } = useLoad("blocks", calls.blocks);
  const work = useWork();
  const unblock = (asset: string) =>
    work.start(asset, async (signal) => {
      const sentence = await wishFor(calls, "unblock", [asset], signal);
      await reload();
      return sentence;
    });
  const byAsset = Map.groupBy(blocks ?? [], ({ asset }) => asset);
  return (
    <>
      {problem && <ProblemNote problem={problem} again={() => void reload()} />}
      {work.problem && <ProblemNote problem={work.problem} />}
      <div role="status" className="outcome wrap">
        {work.running !== undefined ? "Under way …" : work.result}
      </div>
      {blocks === undefined && !problem && <Waiting what="Asking what is blocked …" />}
      {blocks?.length === 0 && <p className="quiet">Nothing is blocked.</p>}
      {byAsset.size > 0 && (
        <ScrollBox label="Blocked assets">
          <Table>
            <Table.Head>
              <Table.Row>
                <Table.Cell>Asset</Table.Cell>
                <Table.Cell>Since</Table.Cell>
                <Table.Cell>Reason</Table.Cell>
                <Table.Cell>Originals</Table.Cell>
                {status.can.administer && <Table.Cell>Action</Table.Cell>}
              </Table.Row>
            </Table.Head>
            <Table.Body>
              {[...byAsset].map(([asset, all]) => (
                <BlockedAsset
                  key={asset}
                  asset={asset}
                  blocks={all}
                  {...(status.can.administer && { onUnblock: () => unblock(asset) })}
                  isBusy={work.running !== undefined}
                />
              ))}
            </Table.Body>
          </Table>
        </ScrollBox>
      )}
    </>
  );
}

function BlockedAsset(props: {
  readonly asset: string;
  readonly blocks: readonly Block[];
  readonly isBusy: boolean;
  readonly onUnblock?: () => void;
}) {
  const { asset, blocks, isBusy, onUnblock } = props;
  const [first] = blocks;
  return (
    <Table.Row>
      <Table.Cell className="wrap">{asset}</Table.Cell>
      <Table.Cell className="narrow">{timeText(first?.at)}</Table.Cell>
      <Table.Cell className="wrap">
        {first?.reason}
        <div className="quiet">by {first?.by}</div>
      </Table.Cell>
      <Table.Cell className="wrap">
        {blocks.map(({ original }) => (
          <div key={original}>{original}</div>
        ))}
      </Table.Cell>
      {onUnblock && (
        <Table.Cell>
          <Button size="small" isDisabled={isBusy} onClick={onUnblock} aria-label={`Unblock ${asset}`}>
            Unblock
          </Button>
        </Table.Cell>
      )}
    </Table.Row>
  );
}
