import type { Config } from "../config.ts";
import { maskSettings } from "../projects/sealed.ts";
import { PROJECT_SCHEMA, type ProjectSection } from "./project-schema.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import { defaultsOf } from "./shape.ts";

/**
 * The effective configuration in the shape of the file, with what the environment alone can say (`host`, `port`, `dataFolder`) in front.
 * Whatever the schema calls a secret is a mask.
 */
export function showConfig(config: Config): Readonly<Record<string, unknown>> {
  const {
    host,
    port,
    dataFolder,
    isBuiltIn,
    role,
    log,
    leaseMs,
    store,
    sharedCache,
    limits,
    cdn,
    connectors,
    console: shownConsole,
  } = config;
  const file = {
    projects: Object.fromEntries(
      config.projects.map((project) => [project.name, projectOf(project, config.sections)]),
    ),
    ...(config.adminKey !== undefined && { adminKey: config.adminKey }),
    cdn,
    ...(connectors && { connectors }),
    console: JSON.parse(JSON.stringify(shownConsole)),
    role,
    ...(store && { store }),
    ...(sharedCache && { sharedCache: sharedCacheOf(sharedCache) }),
    leaseMs,
    limits,
    log,
  };
  const masked = maskSettings(CONFIG_SCHEMA, file) as object;
  return { isBuiltIn, host, port, dataFolder, ...masked };
}

function projectOf(project: Config["projects"][number], sections: Config["sections"]): ProjectSection {
  const { properties } = PROJECT_SCHEMA;
  const section: ProjectSection = sections[project.name] ?? {};
  return {
    ...defaultsOf(PROJECT_SCHEMA),
    ...section,
    ...(project.apiKey !== undefined && { apiKey: project.apiKey }),
    hosts: project.hosts,
    origins: { ...defaultsOf(properties.origins), ...section.origins },
    cache: project.cache,
    missing: { ...defaultsOf(properties.missing), ...section.missing },
    ...(section.security && { security: { ...defaultsOf(properties.security), ...section.security } }),
  } as ProjectSection;
}

function sharedCacheOf({ s3, ...rest }: NonNullable<Config["sharedCache"]>): object {
  return { ...s3, ...rest };
}
