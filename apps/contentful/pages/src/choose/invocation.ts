import type { SerializedJSONValue } from "@contentful/app-sdk";
import { type Choice, readChoice, type StoredChoice, writeChoice } from "../../../src/delivery/choice.ts";

/** What the dialog is opened with, in the SDK's own type for such things. */
export type Invocation = { readonly [name: string]: SerializedJSONValue };

/** To set focal point, crop and variant of what a field holds. */
export const toChoose = (locale: string, value: StoredChoice): Invocation => ({
  ...{ kind: "choose", locale },
  value: value as unknown as SerializedJSONValue,
});

/** To look at one asset at length. */
export const toLook = (asset: string, locale?: string): Invocation => ({
  ...{ kind: "look", asset },
  ...(locale !== undefined && { locale }),
});

/** Reads what the dialog was opened with; undefined for what this app does not open it with. */
export function readInvocation(
  value: unknown,
):
  | { readonly kind: "choose"; readonly locale: string; readonly choice: Choice }
  | { readonly kind: "look"; readonly locale: string | undefined; readonly choice: Choice }
  | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, locale, asset, value: stored } = value as Readonly<Record<string, unknown>>;
  if (kind === "look") {
    const choice = readChoice({ asset: { sys: { id: asset } } });
    return choice && { kind, choice, locale: typeof locale === "string" ? locale : undefined };
  }
  if (kind !== "choose" || typeof locale !== "string") return undefined;
  const choice = readChoice(stored);
  return choice && { kind, locale, choice };
}

/** The choice of an asset of which nothing else is said. */
export const emptyChoice = (asset: string): StoredChoice =>
  writeChoice({ asset, focalPoint: undefined, crop: undefined, size: undefined, query: "" });
