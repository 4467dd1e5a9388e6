// Writes dist/bundle/run.js: the server in one file, of what `tsc` wrote and the packages that it stands on. A start reads that instead of
// 1,200 modules, each of which has to be found, read and linked. Nothing else differs: what is native, or loaded when it is needed, stays outside.
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { rolldown } from "rolldown";

const DIST = join(import.meta.dirname, "dist");
const BUNDLE = join(DIST, "bundle");
const OUTSIDE = [
  ...["sharp", "pg", "openid-client", "fontkit"],
  ...["@imagemagick/magick-wasm", "@hyzyla/pdfium", "wasm-vips"],
  ...["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"],
];

/** A module that looks for files beside itself goes on finding them there. */
const atHome = {
  name: "at home",
  transform(code, id) {
    if (!isAbsolute(id) || !/import\.meta\.(url|dirname|filename)/.test(code)) return null;
    const path = (to) => JSON.stringify(relative(BUNDLE, to).split(sep).join("/"));
    const homes = {
      url: `new URL(${path(id)}, import.meta.url).href`,
      filename: `(import.meta.dirname + "/" + ${path(id)})`,
      dirname: `(import.meta.dirname + "/" + ${path(dirname(id))})`,
    };
    return code.replace(/import\.meta\.(url|dirname|filename)/g, (_, name) => homes[name]);
  },
};

const bundle = await rolldown({
  input: join(DIST, "run.js"),
  platform: "node",
  external: OUTSIDE,
  plugins: [atHome],
});
await bundle.write({ dir: BUNDLE, format: "esm", codeSplitting: false, comments: false });
await bundle.close();
