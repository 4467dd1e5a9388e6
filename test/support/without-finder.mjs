// For --import: as if the packages that find faces were not installed.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith("@tensorflow/")) return next(specifier, context);
    throw Object.assign(new Error(`${specifier} is not installed`), { code: "ERR_MODULE_NOT_FOUND" });
  },
});
