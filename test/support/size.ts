/** Heavy suites run reduced unless `npm run test:full` asks for the figures they are judged by. */
export const full = process.env.FRESHET_TEST_SIZE === "full";
