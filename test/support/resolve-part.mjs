// Preloaded by servers under test: packages that only a part has (test/parts/) are found there, as if they were installed beside the server.
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const parentURL = pathToFileURL(join(process.env.TEST_PART_FOLDER ?? ".", "package.json")).href;

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND" || !/^[@a-z]/.test(specifier)) throw error;
      return next(specifier, { ...context, parentURL });
    }
  },
});
