import type { ConfigAppSDK } from "@contentful/app-sdk";
import { useEffect, useRef, useState } from "react";
import { type Calls, findConnector } from "../api/calls.ts";
import { type Problem, problemOf } from "../api/problem.ts";
import type { Policy } from "../api/shapes.ts";
import { type Draft, faultsOf, parametersOf } from "./draft.ts";
import { queriesOf } from "./queries.ts";

interface InstallationOptions {
  readonly sdk: ConfigAppSDK;
  readonly draft: Draft;
  readonly needsConnector: boolean;
  readonly base: string | undefined;
  readonly callsAt: (base: string) => Calls;
  /** What the connector said; absent before it was asked. */
  readonly policy: Policy | undefined;
  readonly onSaved: () => void;
}

/** How saving goes: the form is shown with its faults, and the outcome is said. */
export interface Installation {
  readonly hasFaults: boolean;
  readonly problem: Problem | undefined;
  readonly result: string | undefined;
}

/**
 * Answers Contentful when a person installs or saves. What has a fault, or names no connector, is not installed; what the connector
 * keeps is sent once the app is installed, because Contentful signs for installed apps alone.
 */
export function useInstallation(options: InstallationOptions): Installation {
  const latest = useRef(options);
  latest.current = options;
  const [state, setState] = useState<Installation>({
    hasFaults: false,
    problem: undefined,
    result: undefined,
  });
  const { sdk } = options;

  useEffect(() => {
    sdk.app.onConfigure(async () => {
      const { draft, needsConnector, base } = latest.current;
      const [fault] = faultsOf(draft, needsConnector).values();
      const missing = fault ?? (base === undefined ? "No connector is named." : await findConnector(base));
      if (missing !== undefined) {
        const problem = { code: "NOT_SAVED", title: "Nothing was saved.", detail: missing };
        setState({ hasFaults: fault !== undefined, problem, result: undefined });
        sdk.notifier.error(missing);
        return false;
      }
      setState({ hasFaults: false, problem: undefined, result: undefined });
      return {
        parameters: { ...parametersOf(draft, needsConnector) },
        targetState: { EditorInterface: draft.editors as never },
      };
    });
    sdk.app.onConfigurationCompleted((refused) => {
      const { base, callsAt, draft, policy, onSaved } = latest.current;
      if (refused || base === undefined) {
        setState({ hasFaults: false, problem: problemOf(refused), result: undefined });
        return;
      }
      saveAtConnector(callsAt(base), draft, policy).then(
        () => {
          setState({ hasFaults: false, problem: undefined, result: "Saved." });
          onSaved();
        },
        (thrown: unknown) => {
          setState({ hasFaults: false, problem: problemOf(thrown), result: undefined });
          sdk.notifier.error("The app is installed, but the connector did not keep everything.");
          onSaved();
        },
      );
    });
  }, [sdk]);
  return state;
}

/** The key goes first: it may be what the rest needs. */
async function saveAtConnector(calls: Calls, draft: Draft, known: Policy | undefined): Promise<void> {
  const secrets = {
    ...(draft.apiKey !== "" && { api_key: draft.apiKey.trim() }),
    ...(draft.webhookSecret !== "" && { webhook_secret: draft.webhookSecret.trim() }),
  };
  if (Object.keys(secrets).length > 0) await calls.setSecrets(secrets);
  const wanted: Policy = { ...draft.policy, warm: queriesOf(draft.warm) };
  const before = known ?? (await calls.status()).policy;
  const change = Object.fromEntries(
    Object.entries(wanted).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof Policy]),
    ),
  );
  if (Object.keys(change).length > 0) await calls.setPolicy(change);
}
