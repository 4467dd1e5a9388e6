import { type BaseAppSDK, init, locations } from "@contentful/app-sdk";
import { type ComponentType, lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Connected } from "./shared/connected.tsx";
import { Waiting } from "./shared/waiting.tsx";
import "./style.css";

/** How long Contentful may take to say where the page is shown. */
const LATE_MS = 8_000;

type Place = ComponentType<{ readonly sdk: never }>;

// Each place loads what it needs: a sidebar is opened far more often than the configuration.
const PLACES: Readonly<Record<string, () => Promise<{ readonly default: Place }>>> = {
  [locations.LOCATION_APP_CONFIG]: () =>
    import("./locations/app-config.tsx").then(({ AppConfig }) => ({ default: AppConfig })),
  [locations.LOCATION_ENTRY_SIDEBAR]: () =>
    import("./locations/entry-sidebar.tsx").then(({ EntrySidebar }) => ({ default: EntrySidebar })),
  [locations.LOCATION_ENTRY_FIELD]: () =>
    import("./locations/entry-field.tsx").then(({ EntryField }) => ({ default: EntryField })),
  [locations.LOCATION_DIALOG]: () =>
    import("./locations/dialog.tsx").then(({ Dialog }) => ({ default: Dialog })),
  [locations.LOCATION_PAGE]: () => import("./locations/page.tsx").then(({ Page }) => ({ default: Page })),
  [locations.LOCATION_ASSET_SIDEBAR]: () =>
    import("./locations/asset-sidebar.tsx").then(({ AssetSidebar }) => ({ default: AssetSidebar })),
};

const root = createRoot(document.getElementById("root") as HTMLElement);
const late = setTimeout(
  () =>
    root.render(
      <p className="quiet">This is Freshet's app for Contentful; it is shown inside Contentful.</p>,
    ),
  LATE_MS,
);
root.render(<Waiting what="Loading …" />);

init((sdk: BaseAppSDK) => {
  clearTimeout(late);
  const name = Object.keys(PLACES).find((place) => sdk.location.is(place));
  const load = name === undefined ? undefined : PLACES[name];
  if (name === undefined || load === undefined) {
    root.render(<p className="quiet">Freshet has nothing to show in this place.</p>);
    return;
  }
  const Shown = lazy(load);
  document.documentElement.dataset.place = name;
  const place = <Shown sdk={sdk as never} />;
  root.render(
    <StrictMode>
      <main>
        <h1 className="unseen">Freshet</h1>
        <Suspense fallback={<Waiting what="Loading …" />}>
          {name === locations.LOCATION_APP_CONFIG ? place : <Connected sdk={sdk}>{place}</Connected>}
        </Suspense>
      </main>
    </StrictMode>,
  );
});
