import type { ConfigAppSDK } from "@contentful/app-sdk";
import { type Parameters, readParameters } from "../api/place.ts";
import { type ContentType, type EditorState, readEditorState } from "./assignments.ts";

/** How the app stands in the environment before anything is changed. */
export interface Start {
  readonly isInstalled: boolean;
  readonly parameters: Parameters;
  readonly editors: EditorState;
  readonly types: readonly ContentType[];
}

const PAGE = 100;

export async function readStart(sdk: ConfigAppSDK): Promise<Start> {
  const [isInstalled, parameters, state, types] = await Promise.all([
    sdk.app.isInstalled(),
    sdk.app.getParameters(),
    sdk.app.getCurrentState(),
    allTypes(sdk),
  ]);
  return { isInstalled, parameters: readParameters(parameters), editors: readEditorState(state), types };
}

async function allTypes(sdk: ConfigAppSDK): Promise<readonly ContentType[]> {
  const all: ContentType[] = [];
  for (let total = 1; all.length < total; ) {
    const query = { limit: PAGE, skip: all.length, order: "name" };
    const page = await sdk.cma.contentType.getMany({ query });
    all.push(...(page.items as unknown as readonly ContentType[]));
    total = page.items.length === 0 ? 0 : page.total;
  }
  return all;
}
