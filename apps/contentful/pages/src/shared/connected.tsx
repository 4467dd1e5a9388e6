import type { BaseAppSDK } from "@contentful/app-sdk";
import { Note } from "@contentful/f36-note";
import { type ReactNode, useMemo } from "react";
import { createCalls } from "../api/calls.ts";
import { connectorAt, readParameters, USUAL_PRESETS } from "../api/place.ts";
import { AppProvider } from "./app-context.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { useLoad } from "./use-load.ts";
import { Waiting } from "./waiting.tsx";

/** Shows what is inside once the connector has said how it stands. */
export function Connected({ sdk, children }: { readonly sdk: BaseAppSDK; readonly children: ReactNode }) {
  const parameters = useMemo(() => readParameters(sdk.parameters.installation), [sdk]);
  const base = connectorAt(location.href, parameters);
  if (base === undefined)
    return (
      <Note variant="warning" title="Freshet is not connected">
        Write the address of the connector on the app's configuration screen.
      </Note>
    );
  return (
    <AtBase sdk={sdk} base={base} presets={parameters.presets ?? USUAL_PRESETS}>
      {children}
    </AtBase>
  );
}

function AtBase(props: {
  readonly sdk: BaseAppSDK;
  readonly base: string;
  readonly presets: typeof USUAL_PRESETS;
  readonly children: ReactNode;
}) {
  const { sdk, base, presets, children } = props;
  const calls = useMemo(() => createCalls(sdk, base), [sdk, base]);
  const { value: status, problem, reload } = useLoad(base, calls.status);
  if (status === undefined)
    return problem ? (
      <ProblemNote problem={problem} again={() => void reload()} />
    ) : (
      <Waiting what="Asking Freshet …" />
    );
  return (
    <AppProvider app={{ calls, presets, status }}>
      {status.is_off && (
        <Note variant="warning" title="Changes are not followed">
          The app was uninstalled from this space, or is being installed. Install it again to follow changes.
        </Note>
      )}
      {!status.environment.is_delivered && (
        <Note variant="neutral" className="gap-below">
          Visitors see the environment {status.environment.delivered}; this is {status.environment.asked}.
        </Note>
      )}
      {children}
    </AppProvider>
  );
}
