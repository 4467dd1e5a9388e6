import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** What is text, and long enough for a second file to be worth it. */
const TEXT = /\.(css|js|svg|json)$/;
const SHORTEST = 1_024;

/**
 * Puts `<file>.br` and `<file>.gz` beside every long text of the build, at the highest level: it is done once, and the server
 * sends them as they are.
 */
export function compressed(): Plugin {
  return {
    name: "freshet-compressed",
    apply: "build",
    enforce: "post",
    async generateBundle(_options, bundle) {
      const files = Object.values(bundle).flatMap((file) => {
        const source = file.type === "chunk" ? file.code : file.source;
        const bytes = Buffer.from(source);
        return TEXT.test(file.fileName) && bytes.length >= SHORTEST ? [{ name: file.fileName, bytes }] : [];
      });
      await Promise.all(
        files.map(async ({ name, bytes }) => {
          const params = {
            [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          };
          this.emitFile({ type: "asset", fileName: `${name}.br`, source: await brotli(bytes, { params }) });
          this.emitFile({
            type: "asset",
            fileName: `${name}.gz`,
            source: await deflate(bytes, { level: 9 }),
          });
        }),
      );
    },
  };
}
