// Writes dist/bundle/run.js: the server in one file, of what `tsc` wrote and the packages that it stands on. A start reads that instead of
// 1,200 modules, each of which has to be found, read and linked. Nothing else differs: what is native, or loaded when it is needed, stays outside.
import { rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { rolldown } from "rolldown";

const DIST = join(import.meta.dirname, "dist");
const BUNDLE = join(DIST, "bundle");
const OUTSIDE = [
  ...["pg", "openid-client", "fontkit"],
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

/**
 * Node's own modules, as they are. To import one by name makes Node ask it for all that it exports, and with that load what it only passes
 * on: an undici of its own for `node:http` (WebSocket), a parser of arguments for `node:util`.
 */
const builtIns = {
  name: "built-ins",
  resolveId: (id, _importer, { kind }) =>
    id.startsWith("node:") && kind === "import-statement" ? `\0${id}` : null,
  load: (id) => {
    if (!id.startsWith("\0node:")) return null;
    const name = id.slice(1);
    const exported = Object.keys(process.getBuiltinModule(name)).filter((each) => each !== "default");
    const lines = exported.map((each) => `export const ${each} = /* @__PURE__ */ (() => module.${each})();`);
    return [`const module = process.getBuiltinModule("${name}");`, ...lines, "export default module;"].join(
      "\n",
    );
  },
};

/** What packages load and nobody here asks of them, some with further modules of Node: Prometheus' gateway, traces beside its figures, threads that write logs. */
const UNASKED =
  /\/(?:prom-client\/lib\/(?:pushgateway|cluster)|@opentelemetry\/api\/dist\/index|thread-stream\/index)\.c?js$/;
const unasked = {
  name: "unasked",
  load: (id) => (UNASKED.test(id) ? "module.exports = undefined;" : null),
};

/** HTTP/2, to which few origins lead, is loaded once one does; a parser that undici tries out is left away, as from Node's own copy of it. */
const INSTEAD = [
  ["client.js", "require('./client-h2.js')", "(...all) => require('./client-h2.js')(...all)"],
  ["client-h1.js", "typeof esbuildDetection === 'undefined'", "false"],
];

/** Of undici what sends requests, which is a quarter of it. */
const lessUndici = {
  name: "less undici",
  resolveId(id) {
    if (id === "undici") return "\0undici";
    // For processors without SIMD.
    const isRare = id.endsWith("llhttp/llhttp-wasm.js");
    return isRare ? { id: "undici/lib/llhttp/llhttp-wasm.js", external: true } : null;
  },
  load: (id) =>
    id === "\0undici"
      ? `import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import Agent from "undici/lib/dispatcher/agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import request from "undici/lib/api/api-request.js";
import buildConnector from "undici/lib/core/connect.js";
Object.assign(Dispatcher.prototype, { request });
export { Agent, Pool, buildConnector };`
      : null,
  transform(code, id) {
    const [, line, instead] = INSTEAD.find(([file]) => id.endsWith(`/undici/lib/dispatcher/${file}`)) ?? [];
    if (line === undefined) return null;
    if (!code.includes(line)) throw new Error(`${id} holds no ${line} any more.`);
    return code.replaceAll(line, instead);
  },
};

/** V8 keeps a text of ASCII in half the memory, and reads it in less than half the time. */
const inAscii = {
  name: "in ASCII",
  renderChunk: (code) =>
    code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
};

const bundle = await rolldown({
  input: join(DIST, "run.js"),
  platform: "node",
  external: OUTSIDE,
  plugins: [builtIns, unasked, lessUndici, atHome, inAscii],
});
await rm(BUNDLE, { recursive: true, force: true });
await bundle.write({ dir: BUNDLE, format: "esm", chunkFileNames: "[name].js", comments: false });
await bundle.close();
