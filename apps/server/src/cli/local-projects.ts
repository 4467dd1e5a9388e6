import { type Config, ConfigError, loadConfig } from "../config.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Projects of the configuration here, for commands that ask nobody. FRESHET_API_KEY may be meant for a server elsewhere: it does not
 * stand in the way.
 * @throws ConfigError
 */
export async function loadProjects({ env, cwd }: Surroundings): Promise<Config["projects"]> {
  const load = (variables: Surroundings["env"]) => loadConfig({ env: variables, cwd, isLook: true });
  try {
    return (await load(env)).projects;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { FRESHET_API_KEY: _key, FRESHET_API_KEY_FILE: _file, ...rest } = env;
    const { projects } = await load(rest).catch(() => Promise.reject(error));
    return projects;
  }
}
