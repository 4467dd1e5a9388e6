import { defineConfig } from "vitest/config";

// Journeys start real programs on loopback: one file at a time, and patience.
export default defineConfig({
  test: { include: ["**/*.test.ts"], fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 },
});
