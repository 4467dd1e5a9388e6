import type { PageAppSDK } from "@contentful/app-sdk";
import { Tabs } from "@contentful/f36-tabs";
import { Heading } from "@contentful/f36-typography";
import { useState } from "react";
import { AssetsTab } from "../page/assets-tab.tsx";
import { BlocksTab } from "../page/blocks-tab.tsx";
import { ComparisonTab } from "../page/comparison-tab.tsx";
import { EventsTab } from "../page/events-tab.tsx";

/** The app's own page: everything that is known of the space's pictures. */
export function Page({ sdk }: { readonly sdk: PageAppSDK }) {
  const [tab, setTab] = useState("assets");
  const panels = {
    assets: { name: "Assets", content: <AssetsTab sdk={sdk} /> },
    events: { name: "Events", content: <EventsTab /> },
    comparison: { name: "Comparison", content: <ComparisonTab /> },
    blocks: { name: "Blocks", content: <BlocksTab /> },
  };
  return (
    <>
      <Heading as="h2">Freshet</Heading>
      <Tabs currentTab={tab} onTabChange={setTab}>
        <Tabs.List variant="horizontal-divider">
          {Object.entries(panels).map(([id, { name }]) => (
            <Tabs.Tab key={id} panelId={id}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(panels).map(([id, { content }]) => (
          <Tabs.Panel key={id} id={id} className="panel">
            {content}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
