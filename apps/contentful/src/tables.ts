import { type Migration, sql } from "@freshet/store";

/** Owner of this app's tables; those of the connector are its own. */
export const OWNER = "contentful";

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "index",
    async up(transaction) {
      const statements = [
        sql`create table contentful_asset (space text not null, environment text not null, asset text not null, state text not null,
          place bigint not null, bumps integer not null, title text, walk bigint not null, revision bigint not null,
          updated_at bigint not null, primary key (space, environment, asset))`,
        sql`create table contentful_file (space text not null, environment text not null, asset text not null, locale text not null,
          url text not null, content_type text not null, bytes bigint not null, width integer, height integer, file_name text not null,
          primary key (space, environment, asset, locale))`,
        sql`create table contentful_block (space text not null, asset text not null, original text not null, kind text not null,
          place bigint not null, reason text not null, at bigint not null, primary key (space, original))`,
        sql`create index contentful_block_asset on contentful_block (space, asset)`,
        sql`create table contentful_usage (space text not null, environment text not null, entry text not null, asset text not null,
          content_type text, place bigint not null, primary key (space, environment, entry, asset))`,
        sql`create index contentful_usage_asset on contentful_usage (space, environment, asset)`,
        sql`create table contentful_entry (space text not null, environment text not null, entry text not null, place bigint not null,
          primary key (space, environment, entry))`,
        sql`create table contentful_alias (space text not null, alias text not null, environment text not null,
          primary key (space, alias))`,
        sql`create table contentful_locale (space text not null, environment text not null, code text not null, fallback text,
          is_default integer not null, primary key (space, environment, code))`,
        sql`create table contentful_walk (space text not null, environment text not null, number bigint not null, begun_at bigint not null,
          ended_at bigint, seen bigint not null, found bigint not null, wanted_at bigint not null, wanted_by text,
          primary key (space, environment))`,
        sql`create table contentful_space (space text not null primary key, policy text, secrets text, is_off integer not null,
          updated_at bigint not null)`,
        sql`create table contentful_signature (signature text not null primary key, until bigint not null)`,
        sql`create index contentful_signature_until on contentful_signature (until)`,
      ];
      for (const statement of statements) await statement.execute(transaction);
    },
  },
];
