import type { FieldAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { AssetCard } from "../assets/asset-card.tsx";
import { toLook } from "../choose/invocation.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";
import { assetsOfField, fieldOfAssets, shifted } from "./media.ts";
import { useField } from "./use-field.ts";

/** A media field, of one asset or of many: the pictures as visitors get them. */
export function MediaField({ sdk }: { readonly sdk: FieldAppSDK }) {
  const { calls } = useApp();
  const field = useField(sdk);
  const isList = sdk.field.type === "Array";
  const ids = assetsOfField(field.value);
  const unique = [...new Set(ids)];
  const { value: assets, problem, reload } = useLoad(unique.join(" "), () => calls.assets(unique));
  const work = useWork();
  const locale = sdk.field.locale;

  const choose = () =>
    work.start("choose", async () => {
      const filter = { locale, mimetypeGroups: ["image"] } as const;
      if (isList) {
        const chosen = await sdk.dialogs.selectMultipleAssets<Picked>({
          ...filter,
          mimetypeGroups: ["image"],
        });
        if (chosen && chosen.length > 0)
          await field.set(fieldOfAssets([...ids, ...chosen.map(({ sys }) => sys.id)], true));
      } else {
        const chosen = await sdk.dialogs.selectSingleAsset<Picked>({ ...filter, mimetypeGroups: ["image"] });
        if (chosen) await field.set(fieldOfAssets([chosen.sys.id], false));
      }
      return undefined;
    });
  const look = (asset: string) => {
    void sdk.dialogs
      .openCurrentApp({
        title: "Picture",
        width: "fullWidth",
        minHeight: "70vh",
        parameters: toLook(asset, locale),
      })
      .then(reload);
  };

  return (
    <>
      {(problem ?? field.problem) && (
        <ProblemNote
          problem={(problem ?? field.problem) as NonNullable<typeof problem>}
          again={() => void reload()}
        />
      )}
      {ids.length === 0 && <p className="quiet">No picture is chosen.</p>}
      {ids.map((id, index) => {
        const asset = assets?.find((each) => each.asset === id);
        // A list may name one asset twice.
        const key = `${id} ${ids.slice(0, index).filter((each) => each === id).length}`;
        return (
          <div key={key} className="item">
            {asset ? (
              <AssetCard
                asset={asset}
                locale={locale}
                reload={reload}
                open={{ label: "Variants", run: () => look(id) }}
              />
            ) : (
              !problem && <Waiting what="Looking for the picture …" />
            )}
            <div className="row">
              <Button
                size="small"
                variant="transparent"
                onClick={() => void sdk.navigator.openAsset(id, { slideIn: true })}
              >
                Edit asset
              </Button>
              {isList && (
                <>
                  <Button
                    size="small"
                    variant="transparent"
                    isDisabled={field.isDisabled || index === 0}
                    onClick={() => void field.set(fieldOfAssets(shifted(ids, index, -1), true))}
                  >
                    Earlier
                  </Button>
                  <Button
                    size="small"
                    variant="transparent"
                    isDisabled={field.isDisabled || index === ids.length - 1}
                    onClick={() => void field.set(fieldOfAssets(shifted(ids, index, 1), true))}
                  >
                    Later
                  </Button>
                </>
              )}
              <Button
                size="small"
                variant="transparent"
                isDisabled={field.isDisabled}
                onClick={() => void field.set(fieldOfAssets(ids.toSpliced(index, 1), isList))}
              >
                Remove
              </Button>
            </div>
          </div>
        );
      })}
      <Button size="small" isDisabled={field.isDisabled || work.running !== undefined} onClick={choose}>
        {isList ? "Add pictures" : ids.length === 0 ? "Choose a picture" : "Choose another"}
      </Button>
      {work.problem && <ProblemNote problem={work.problem} />}
    </>
  );
}

interface Picked {
  readonly sys: { readonly id: string };
}
