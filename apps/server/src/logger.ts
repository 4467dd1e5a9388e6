import { type Logger, pino } from "pino";
import type { LogLevel } from "./config/schema.ts";

export type { Logger };

/** Lines of JSON on the standard output, from this level on. */
export const createLogger = (level: LogLevel): Logger => pino({ level });

/** What parts of the server tell: an event and what belongs to it. */
export const tellTo =
  (logger: Pick<Logger, "info">) =>
  (event: string, details: object): void =>
    logger.info(details, event);
