import { join } from "node:path";
import { openStore } from "@freshet/store";
import { ANALYTICS_FILE } from "../../analytics/tables.ts";
import { loadConfig } from "../../config.ts";
import { lockDataFolder } from "../../data-folder.ts";
import { migrateStats, migrateTables } from "../../tables.ts";
import { type Command, JSON_OPTION } from "../command.ts";
import { columns } from "../text.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "Brings the tables of the store to the newest version, without starting a server.",
  words: [],
  options: JSON_OPTION,
  notes: [
    "A start does the same; this is for whoever changes tables by another database user, or before a release. Tables that are up to date are left alone.",
    "An SQLite store is changed while no server works in its data folder.",
  ],
  examples: ["freshet migrate", "FRESHET_STORE_URL_FILE=/run/secrets/owner freshet migrate --json"],
  async run({ io }) {
    const { store: place, dataFolder } = await loadConfig({ env: io.env, cwd: io.cwd, isLook: true });
    const lock = place === undefined ? await lockDataFolder(dataFolder) : undefined;
    try {
      const store = await openStore(place ?? { file: join(dataFolder, "freshet.db") });
      try {
        const stats = place ? store : await openStore({ file: join(dataFolder, ANALYTICS_FILE) });
        const tables = { ...(await migrateTables(store)), ...(await migrateStats(stats)) };
        await stats.close();
        const rows = Object.entries(tables).map(([owner, version]) => [owner, `version ${version}`]);
        return { text: columns(rows), json: { tables } };
      } finally {
        await store.close();
      }
    } finally {
      lock?.release();
    }
  },
};
