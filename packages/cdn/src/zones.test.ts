import { testCdnZone } from "@freshet/conformance/cdn-zone";
import { ZONES, type ZoneKind } from "@freshet/conformance/zones";
import type { CdnDriver } from "@freshet/core";
import { createAzureDriver } from "./azure.ts";
import { createBunnyDriver } from "./bunny.ts";
import { createCloudflareDriver } from "./cloudflare.ts";
import { createCloudimageDriver } from "./cloudimage.ts";
import { createFastlyDriver } from "./fastly.ts";
import { createGoogleDriver } from "./google.ts";
import { createKeycdnDriver } from "./keycdn.ts";

// The drivers that need nothing installed; those by their makers' clients are in test/cdn/clients.test.ts.

const API = "https://api.zone.example";

interface More {
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

const { tenant, clientId: id, clientSecret: secret, ...azure } = ZONES.azure.at(API);

const DRIVERS: Readonly<Partial<Record<ZoneKind, (more: More) => CdnDriver>>> = {
  azure: (more) => createAzureDriver({ ...azure, app: { tenant, id, secret }, dedicated: true, ...more }),
  bunny: (more) => createBunnyDriver({ ...ZONES.bunny.at(API), ...more }),
  cloudflare: (more) => createCloudflareDriver({ ...ZONES.cloudflare.at(API), ...more }),
  cloudimage: (more) => createCloudimageDriver({ ...ZONES.cloudimage.at(API), dedicated: true, ...more }),
  fastly: (more) => createFastlyDriver({ ...ZONES.fastly.at(API), ...more }),
  google: (more) => createGoogleDriver({ ...ZONES.google.at(API), ...more }),
  keycdn: (more) => createKeycdnDriver({ ...ZONES.keycdn.at(API), ...more }),
};

for (const [name, drive] of Object.entries(DRIVERS)) {
  const { create, secrets } = ZONES[name as ZoneKind];
  testCdnZone({ name, zone: create, drive: (fetch, options) => drive({ fetch, ...options }), secrets });
}
