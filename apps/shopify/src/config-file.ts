import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigFault, type ConfigFile, readConfigFile, sectionOf } from "@freshet/connector/config";
import { isLoose, type Loose } from "./admin/read.ts";

/** Keys of `connectors.shopify`, and the variable of the environment that says the same. */
const KEYS: Readonly<Record<string, string>> = {
  clientId: "FRESHET_SHOPIFY_CLIENT_ID",
  clientSecret: "FRESHET_SHOPIFY_CLIENT_SECRET",
  clientSecretFile: "FRESHET_SHOPIFY_CLIENT_SECRET_FILE",
  appUrl: "FRESHET_SHOPIFY_APP_URL",
  delivery: "FRESHET_SHOPIFY_DELIVERY",
  shop: "FRESHET_SHOPIFY_SHOP",
  project: "FRESHET_SHOPIFY_PROJECT",
  secretKeyFile: "FRESHET_SHOPIFY_SECRET_KEY_FILE",
  storeUrl: "FRESHET_SHOPIFY_STORE_URL",
  storeUrlFile: "FRESHET_SHOPIFY_STORE_URL_FILE",
};

/**
 * The environment, with what `freshet.config.json` (the file that the server reads) says where the environment says nothing: the section
 * `connectors.shopify`, the key of the installation, and the key of the one project. Throws a `ConfigFault`.
 */
export function withConfigFile(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const file = readConfigFile(env, folder);
  const data = resolve(folder, env.FRESHET_DATA || ".freshet");
  const section = sectionOf(file, "shopify");
  const said: Record<string, string | undefined> = {};
  if (section !== undefined) {
    if (!isLoose(section)) throw new ConfigFault(`${file.path}: connectors.shopify is not an object.`);
    for (const [key, value] of Object.entries(section)) {
      const name = KEYS[key];
      if (name === undefined)
        throw new ConfigFault(
          `${file.path}: connectors.shopify.${key} is unknown. It takes ${Object.keys(KEYS).join(", ")}.`,
        );
      said[name] = textAt(value, key, file);
    }
  }
  Object.assign(said, keyOf(file.values, "FRESHET_ADMIN_KEY", "adminKey", file, join(data, "admin.key")));
  const project = env.FRESHET_SHOPIFY_PROJECT || said.FRESHET_SHOPIFY_PROJECT;
  const projects = isLoose(file.values.projects) ? file.values.projects : {};
  const own = project === undefined ? undefined : projects[project];
  if (project !== undefined) {
    const made = join(data, `${project}.key`);
    Object.assign(said, keyOf(isLoose(own) ? own : {}, "FRESHET_API_KEY", "apiKey", file, made));
  }
  return { ...env, ...unless(env, said) };
}

/** What the environment says, itself or by a file, is not asked of anything else. */
function unless(env: NodeJS.ProcessEnv, said: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(said).filter(([name]) => {
      const plain = name.replace(/_FILE$/, "");
      return !env[plain] && !env[`${plain}_FILE`];
    }),
  );
}

/** A key that the file holds or names, else the one that the server makes at its first start. */
function keyOf(section: Loose, name: string, key: string, file: ConfigFile, made: string) {
  if (section[key] !== undefined) return { [name]: textAt(section[key], key, file) };
  const named = section[`${key}File`];
  if (named !== undefined) return { [`${name}_FILE`]: textAt(named, `${key}File`, file) };
  return existsSync(made) ? { [`${name}_FILE`]: made } : {};
}

/** Paths of the file begin where it is. */
function textAt(value: unknown, key: string, file: ConfigFile): string {
  if (typeof value !== "string" || value === "") throw new ConfigFault(`${file.path}: ${key} is no text.`);
  return key.endsWith("File") ? resolve(file.folder, value) : value;
}
