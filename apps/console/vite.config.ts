import { defineConfig } from "vite";
import { compressed } from "./build/compressed.ts";
import { early } from "./build/early.ts";

/** Of the server that `npm run dev` talks to. */
const SERVER = process.env.FRESHET_SERVER ?? "http://127.0.0.1:8080";

/** First segments of the public API, and of what the server delivers. */
const OF_THE_SERVER =
  "^/(access|audit|connectors|instances|invalidate|keys|livez|metrics|nodes|openapi\\.json|projects|readyz|stats|v7|warmup|demo)(/|\\?|$)";

export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  publicDir: false,
  // The server puts a nonce of its own into each answer here.
  html: { cspNonce: "FRESHET_NONCE" },
  plugins: [early(), compressed()],
  server: {
    host: "127.0.0.1",
    // The Host stays, so that the server finds requests to be of its own origin.
    proxy: { [OF_THE_SERVER]: { target: SERVER, changeOrigin: false } },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // Nothing is fetched as a data address, so that a strict policy of the page need not allow any.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" speaks to servers that render; there is none.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
