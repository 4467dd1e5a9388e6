import type { BaseAppSDK, WindowAPI } from "@contentful/app-sdk";
import { useEffect } from "react";
import { AssetCard } from "../assets/asset-card.tsx";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { Waiting } from "../shared/waiting.tsx";

/** What the SDK gives beside an asset; its types do not name this place yet. */
export interface AssetSidebarSDK extends BaseAppSDK {
  readonly window: WindowAPI;
  readonly asset: {
    getSys(): { readonly id: string };
    onSysChanged(heard: () => void): () => void;
  };
}

/** Beside an asset: how visitors get it. Shown where the space's plan offers this place. */
export function AssetSidebar({ sdk }: { readonly sdk: AssetSidebarSDK }) {
  const { calls } = useApp();
  const { id } = sdk.asset.getSys();
  const { value: assets, problem, reload } = useLoad(id, () => calls.assets([id]));
  useEffect(() => sdk.window.startAutoResizer(), [sdk]);
  useEffect(() => {
    // The SDK tells at once what is so already.
    let isAttached = false;
    const end = sdk.asset.onSysChanged(() => {
      if (isAttached) void reload();
    });
    isAttached = true;
    return end;
  }, [sdk, reload]);
  const asset = assets?.[0];
  if (asset === undefined && !problem) return <Waiting what="Looking for the asset …" />;
  return (
    <>
      {problem && <ProblemNote problem={problem} again={() => void reload()} />}
      {asset && <AssetCard asset={asset} reload={reload} />}
    </>
  );
}
