import { type Kysely, type Store, sql } from "@freshet/store";
import { type Locales, NO_LOCALES } from "./names.ts";

type Db = Kysely<unknown>;

/** What is known of a space's environments: which alias stands for which, and the locales of each. */
export interface Environments {
  /** The environment behind an alias; another name stands for itself. */
  resolve(space: string, name: string): Promise<string>;
  aliases(space: string): Promise<ReadonlyMap<string, string>>;
  setAliases(on: Db, space: string, aliases: ReadonlyMap<string, string>): Promise<void>;
  locales(space: string, environment: string): Promise<Locales>;
  setLocales(on: Db, space: string, environment: string, locales: Locales): Promise<void>;
}

export function createEnvironments({ db }: Store): Environments {
  const aliases = async (space: string): Promise<ReadonlyMap<string, string>> => {
    const { rows } = await sql<{ alias: string; environment: string }>`
      select alias, environment from contentful_alias where space = ${space}`.execute(db);
    return new Map(rows.map(({ alias, environment }) => [alias, environment]));
  };
  return {
    resolve: async (space, name) => (await aliases(space)).get(name) ?? name,
    aliases,
    async setAliases(on, space, next) {
      await sql`delete from contentful_alias where space = ${space}`.execute(on);
      for (const [alias, environment] of next)
        await sql`insert into contentful_alias (space, alias, environment) values (${space}, ${alias}, ${environment})`.execute(
          on,
        );
    },
    async locales(space, environment) {
      const { rows } = await sql<{ code: string; fallback: string | null; is_default: number }>`
        select code, fallback, is_default from contentful_locale
        where space = ${space} and environment = ${environment}`.execute(db);
      if (rows.length === 0) return NO_LOCALES;
      return {
        default: rows.find(({ is_default }) => is_default === 1)?.code,
        fallbacks: Object.fromEntries(rows.map(({ code, fallback }) => [code, fallback])),
      };
    },
    async setLocales(on, space, environment, locales) {
      await sql`delete from contentful_locale where space = ${space} and environment = ${environment}`.execute(
        on,
      );
      for (const [code, fallback] of Object.entries(locales.fallbacks)) {
        await sql`insert into contentful_locale (space, environment, code, fallback, is_default)
          values (${space}, ${environment}, ${code}, ${fallback}, ${locales.default === code ? 1 : 0})`.execute(
          on,
        );
      }
    },
  };
}
