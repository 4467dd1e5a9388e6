import type { SidebarAppSDK } from "@contentful/app-sdk";
import { useEffect, useState } from "react";
import { type LinkedAsset, linkedAssets } from "./linked-assets.ts";

/** The assets of the entry that is edited, as it is changed. */
export function useLinkedAssets({ entry, contentType }: SidebarAppSDK): readonly LinkedAsset[] {
  const look = () =>
    linkedAssets(
      Object.values(entry.fields),
      (id) => contentType.fields.find((field) => field.id === id)?.name ?? id,
    );
  const [assets, setAssets] = useState(look);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an SDK is the same as long as its page is.
  useEffect(() => {
    const again = () => setAssets(look());
    const ends = Object.values(entry.fields).flatMap((field) =>
      field.locales.map((locale) => field.onValueChanged(locale, again)),
    );
    return () => {
      for (const end of ends) end();
    };
  }, [entry]);
  return assets;
}
