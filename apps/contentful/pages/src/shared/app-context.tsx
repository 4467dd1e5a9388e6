import { createContext, type ReactNode, useContext } from "react";
import type { Calls } from "../api/calls.ts";
import type { Preset } from "../api/place.ts";
import type { Status } from "../api/shapes.ts";

/** What every place of the app has at hand. */
export interface App {
  readonly calls: Calls;
  readonly presets: readonly Preset[];
  readonly status: Status;
}

const Context = createContext<App | undefined>(undefined);

export function AppProvider({ app, children }: { readonly app: App; readonly children: ReactNode }) {
  return <Context value={app}>{children}</Context>;
}

export function useApp(): App {
  const app = useContext(Context);
  if (app === undefined) throw new Error("This part of the page stands outside the app.");
  return app;
}
