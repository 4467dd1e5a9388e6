import { CdnError } from "./errors.ts";

/**
 * A maker's own client, loaded when it is needed first: it is an optional peer, so that nobody installs what he does not use. Later calls
 * get the same one; where it could not be loaded they try again.
 *
 * @throws CdnError CLIENT_MISSING, naming the package.
 */
export function loadClient<Client>(
  name: string,
  packageName: string,
  load: () => Promise<unknown>,
  make: (loaded: unknown) => Client,
): () => Promise<Client> {
  let made: Promise<Client> | undefined;
  return () => {
    made ??= load().then(make, (error: unknown) => {
      made = undefined;
      const { code } = error as { readonly code?: string };
      if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND")
        throw new CdnError("CLIENT_MISSING", name, `npm install ${packageName}`);
      throw error;
    });
    return made;
  };
}
