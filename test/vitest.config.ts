import { defineConfig } from "vitest/config";

// Races whose windows are milliseconds, counts of fsync, memory of all processes: nothing else may run beside them.
const ALONE = [
  "fleet/**/*.test.ts",
  "storm/**/*.test.ts",
  "invalidation/**/*.test.ts",
  "observer/**/*.test.ts",
  "hostile/**/*.test.ts",
];

// Journeys start real programs on loopback and wait for them most of the time, so two files run side by side.
export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "in pairs",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", ...ALONE],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
