import { getPriority } from "node:os";

const NICER = 5;
const MOST = 19;

/** The niceness of whatever renders beside the thread that answers: a little above that of this process. */
export const behindAnswers = (): number => Math.min(MOST, getPriority() + NICER);
