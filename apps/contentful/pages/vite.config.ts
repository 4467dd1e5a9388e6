import { defineConfig } from "vite";

// Paths are relative: the same build is served below whatever address the connector has, and uploaded to Contentful as a bundle.
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // Nothing is fetched as a data address, so that a strict policy of the page need not allow any.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" speaks to servers that render; there is none.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
