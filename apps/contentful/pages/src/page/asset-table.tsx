import { Checkbox } from "@contentful/f36-forms";
import { Table } from "@contentful/f36-table";
import type { Asset } from "../api/shapes.ts";
import { Thumbnail } from "../assets/thumbnail.tsx";
import { ScrollBox } from "../shared/scroll-box.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { timeText } from "../shared/texts.ts";

interface AssetTableProps {
  readonly assets: readonly Asset[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly onLook: (asset: string) => void;
}

/** Assets, one a line, of which several can be chosen. */
export function AssetTable({ assets, chosen, onChoose, onLook }: AssetTableProps) {
  const isAll = assets.every(({ asset }) => chosen.has(asset));
  const toggle = (asset: string) => {
    const next = new Set(chosen);
    if (!next.delete(asset)) next.add(asset);
    onChoose(next);
  };
  return (
    <ScrollBox label="Assets">
      <Table>
        <Table.Head>
          <Table.Row>
            <Table.Cell>
              <Checkbox
                aria-label="Choose all"
                id="choose-all"
                isChecked={isAll}
                onChange={() => onChoose(isAll ? new Set() : new Set(assets.map(({ asset }) => asset)))}
              />
            </Table.Cell>
            <Table.Cell>Picture</Table.Cell>
            <Table.Cell>Asset</Table.Cell>
            <Table.Cell>State</Table.Cell>
            <Table.Cell>Versions</Table.Cell>
            <Table.Cell>Entries</Table.Cell>
            <Table.Cell>Changed</Table.Cell>
          </Table.Row>
        </Table.Head>
        <Table.Body>
          {assets.map((each) => (
            <Table.Row key={each.asset} isSelected={chosen.has(each.asset)}>
              <Table.Cell>
                <Checkbox
                  id={`choose-${each.asset}`}
                  aria-label={`Choose ${each.title ?? each.asset}`}
                  isChecked={chosen.has(each.asset)}
                  onChange={() => toggle(each.asset)}
                />
              </Table.Cell>
              <Table.Cell>
                <Thumbnail asset={each} />
              </Table.Cell>
              <Table.Cell className="wrap">
                <button type="button" className="link wrap" onClick={() => onLook(each.asset)}>
                  {each.title ?? each.asset}
                </button>
                <div className="quiet">{each.asset}</div>
              </Table.Cell>
              <Table.Cell>
                <StateBadge state={each.state} />
                {each.blocks.length > 0 && <StateBadge state="blocked" />}
              </Table.Cell>
              <Table.Cell>
                {each.files.map(({ locale, version }) => (
                  <div key={locale} className="version">
                    {locale} <code>{version}</code>
                  </div>
                ))}
              </Table.Cell>
              <Table.Cell>{each.uses}</Table.Cell>
              <Table.Cell className="narrow">{timeText(each.changed_at)}</Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </ScrollBox>
  );
}
