import type { Migration, Store } from "@freshet/store";
import { ACCESS_MIGRATIONS, ACCESS_OWNER } from "./access/migrations.ts";
import { AUDIT_MIGRATIONS, AUDIT_OWNER } from "./admin/audit.ts";
import { STATS_OWNER, statsMigrations } from "./analytics/tables.ts";
import * as connectors from "./connectors/connectors.ts";
import { LISTING_MIGRATIONS, LISTING_OWNER } from "./delivery/listing.ts";
import * as instances from "./instances/migrations.ts";
import * as invalidation from "./invalidation/migrations.ts";
import { SETTLE_MIGRATIONS, SETTLE_OWNER } from "./invalidation/settle.ts";
import { PROJECT_MIGRATIONS, PROJECT_OWNER } from "./projects/migrations.ts";
import { WARM_UP_MIGRATIONS, WARM_UP_OWNER } from "./warmup/migrations.ts";

/** Everybody who keeps something in the store; the parts of the server bring up their own tables when they start. */
const OWNERS: Readonly<Record<string, readonly Migration[]>> = {
  [ACCESS_OWNER]: ACCESS_MIGRATIONS,
  [AUDIT_OWNER]: AUDIT_MIGRATIONS,
  [connectors.OWNER]: connectors.MIGRATIONS,
  [instances.OWNER]: instances.MIGRATIONS,
  [invalidation.OWNER]: invalidation.MIGRATIONS,
  [SETTLE_OWNER]: SETTLE_MIGRATIONS,
  [LISTING_OWNER]: LISTING_MIGRATIONS,
  [PROJECT_OWNER]: PROJECT_MIGRATIONS,
  [WARM_UP_OWNER]: WARM_UP_MIGRATIONS,
};

/** Brings the tables of analytics to the newest version, in whatever database they have; answers which that is. */
export async function migrateStats(
  store: Pick<Store, "migrate" | "isShared">,
): Promise<Readonly<Record<string, number>>> {
  const migrations = statsMigrations(store);
  await store.migrate(STATS_OWNER, migrations);
  return { [STATS_OWNER]: migrations.length };
}

/** Brings all tables of the server to the newest version, as a start would; answers which version each owner has now. */
export async function migrateTables(
  store: Pick<Store, "migrate">,
): Promise<Readonly<Record<string, number>>> {
  for (const [owner, migrations] of Object.entries(OWNERS)) await store.migrate(owner, migrations);
  return Object.fromEntries(Object.entries(OWNERS).map(([owner, { length }]) => [owner, length]));
}
