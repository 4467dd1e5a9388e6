import { resolve } from "node:path";
import { ConfigFault } from "./fault.ts";
import { readAddress, readPort } from "./values.ts";

/** What the environment says to every connector alike. */
export interface ConnectorPlace {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Folder of this connector's own state. */
  readonly dataFolder: string;
  /** Its name at the server. */
  readonly name: string;
  /** Address under which the server reaches it; undefined is the one it listens at. */
  readonly address: string | undefined;
  /** Address of the Freshet server, without a slash at the end. */
  readonly server: string;
}

/**
 * Reads FRESHET_HOST, FRESHET_DATA, FRESHET_URL or PORT, and for a `kind` such as "wordpress" FRESHET_WORDPRESS_PORT, …_NAME and …_URL.
 * Throws a `ConfigFault`.
 */
export function readPlace(
  kind: string,
  usualPort: number,
  env: NodeJS.ProcessEnv,
  folder: string,
): ConnectorPlace {
  const own = (what: string) => `FRESHET_${kind.toUpperCase()}_${what}`;
  const [port, name, url] = [own("PORT"), own("NAME"), own("URL")];
  const server = env.FRESHET_URL || `http://127.0.0.1:${readPort(env.PORT || "8080", "PORT", 1)}`;
  return {
    host: env.FRESHET_HOST || "127.0.0.1",
    port: readPort(env[port] || String(usualPort), port, 0),
    dataFolder: resolve(folder, env.FRESHET_DATA || ".freshet", kind),
    name: readName(env[name] || kind, name),
    address: env[url] ? readAddress(env[url], url) : undefined,
    server: readAddress(server, "FRESHET_URL"),
  };
}

function readName(text: string, where: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(text)) return text;
  throw new ConfigFault(`${where} is "${text}". Write letters, digits, ".", "_", ":" and "-".`);
}
