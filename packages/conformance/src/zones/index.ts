import { AKAMAI, createAkamaiZone } from "./akamai.ts";
import { AZURE, createAzureZone } from "./azure.ts";
import { BUNNY, createBunnyZone } from "./bunny.ts";
import { CLOUDFLARE, createCloudflareZone } from "./cloudflare.ts";
import { CLOUDFRONT, createCloudFrontZone } from "./cloudfront.ts";
import { CLOUDIMAGE, createCloudimageZone } from "./cloudimage.ts";
import { createFastlyZone, FASTLY } from "./fastly.ts";
import { createGoogleZone, GOOGLE } from "./google.ts";
import { createKeycdnZone, KEYCDN } from "./keycdn.ts";
import type { FakeZone } from "./zone.ts";

/** A maker's fake, and how a driver, or a configuration, reaches it at an address. */
interface Made<Settings> {
  create(now?: () => number): FakeZone;
  /** Settings of its driver, secrets as plain texts. */
  at(url: string): Settings;
  /** What must be in no message and in nothing that is shown. */
  readonly secrets: readonly string[];
}

const made = <const Settings extends object>(
  create: Made<Settings>["create"],
  at: (url: string) => Settings,
  ...secrets: readonly string[]
): Made<Settings & { readonly endpoint: string }> => ({
  create,
  at: (url) => ({ ...at(url), endpoint: url }),
  secrets,
});

/** Every bought CDN that has a driver, by the driver's kind. */
export const ZONES = {
  akamai: made(
    createAkamaiZone,
    () => AKAMAI,
    ...[AKAMAI.clientToken, AKAMAI.clientSecret, AKAMAI.accessToken],
  ),
  azure: made(createAzureZone, (url) => ({ ...AZURE, signIn: url }), AZURE.clientSecret, "eyJ.azure-access"),
  bunny: made(createBunnyZone, () => BUNNY, BUNNY.accessKey),
  cloudflare: made(createCloudflareZone, () => CLOUDFLARE, CLOUDFLARE.token),
  cloudfront: made(createCloudFrontZone, () => CLOUDFRONT, CLOUDFRONT.secretAccessKey),
  cloudimage: made(createCloudimageZone, () => CLOUDIMAGE, CLOUDIMAGE.key),
  fastly: made(createFastlyZone, () => FASTLY, FASTLY.token),
  google: made(
    createGoogleZone,
    (url) => ({ project: GOOGLE.project, urlMap: GOOGLE.urlMap, key: GOOGLE.key(`${url}/token`) }),
    ...["ya29.", "PRIVATE KEY"],
  ),
  keycdn: made(
    createKeycdnZone,
    () => KEYCDN,
    KEYCDN.apiKey,
    Buffer.from(`${KEYCDN.apiKey}:`).toString("base64"),
  ),
};

export type ZoneKind = keyof typeof ZONES;

export type { Behaviour, FakeZone, ZoneRequest } from "./zone.ts";
