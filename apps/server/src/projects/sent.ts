import { SettingsError } from "./faults.ts";
import { pinsOf, withoutPins } from "./pins.ts";
import { movedIn, sealSettings } from "./sealed.ts";
import { SETTINGS_SCHEMA } from "./settings.ts";
import type { Beside } from "./understand.ts";

/**
 * Settings that somebody sent, as they would be kept: without what is pinned, masks being the secrets that they stand for.
 * @throws SettingsError for what is pinned otherwise, and for a kept secret that would be sent somewhere else: whoever may change
 * settings could read it there.
 */
export function takeSettings(
  name: string,
  { sent, before }: { readonly sent: unknown; readonly before: unknown },
  { installation, box }: Pick<Beside, "installation" | "box">,
): unknown {
  const { settings, faults } = withoutPins(sent, pinsOf(installation, name));
  if (faults.length > 0) throw new SettingsError(faults);
  const moved = movedIn(SETTINGS_SCHEMA, { settings, before });
  if (moved.length > 0) throw new SettingsError(moved);
  return sealSettings(SETTINGS_SCHEMA, { settings, before, project: name }, box);
}
