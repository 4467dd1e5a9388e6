import type { EmbedStatus } from "../../src/api/answers.ts";

/** The part of App Bridge that the pages use. Its script puts it into the window, and adds a session token to every `fetch`. */
interface AppBridge {
  readonly toast?: { show(text: string, options?: { readonly isError?: boolean }): unknown };
  readonly app?: { extensions(): Promise<readonly Extension[]> };
}
interface Extension {
  readonly type: string;
  readonly activations: readonly { readonly handle?: string; readonly status?: string }[];
}

/** File name of the app embed block. */
const EMBED_BLOCK = "lazy-images";
const STATUSES: readonly string[] = ["active", "available", "unavailable"] satisfies readonly EmbedStatus[];

const bridge = (): AppBridge | undefined => (globalThis as { readonly shopify?: AppBridge }).shopify;

/** Without App Bridge nobody is known here: its script did not load. */
export const hasBridge = (): boolean => bridge() !== undefined;

/** Says something for a few seconds in Shopify's own way; where that is missing, to those who listen to the page alone. */
export function tell(text: string, isError = false): void {
  bridge()?.toast?.show(text, { isError });
  const told = document.getElementById("told");
  if (told !== null) told.textContent = text;
}

/** What Shopify says of the app embed in the published theme; undefined where it says nothing. */
export async function readEmbedStatus(): Promise<EmbedStatus | undefined> {
  try {
    const extensions = (await bridge()?.app?.extensions()) ?? [];
    const blocks = extensions
      .filter(({ type }) => type === "theme_app_extension")
      .flatMap(({ activations }) => activations);
    const status = blocks.find(({ handle }) => handle === EMBED_BLOCK)?.status;
    return STATUSES.includes(status ?? "") ? (status as EmbedStatus) : undefined;
  } catch {
    return undefined;
  }
}
