import { defineConfig } from "vitest/config";

// One configuration for every workspace: tests sit beside the code, compiled copies in dist are not tests.
export default defineConfig({ test: { include: ["src/**/*.test.ts"], testTimeout: 20_000 } });
