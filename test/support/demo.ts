import type { Origin } from "./origin.ts";

/** Key of the project in `demoOf`. */
const DEMO_KEY = "client_0123456789abcdef";

/** A configuration with the one project `demo`, which gets the originals of an origin of this machine by the alias `_site_`. */
export const demoOf = ({ url }: Pick<Origin, "url">, more: object = {}) => ({
  projects: {
    demo: {
      apiKey: DEMO_KEY,
      origins: { allow: ["127.0.0.1"], allowPrivate: true },
      aliases: { _site_: url },
      ...more,
    },
  },
  log: "error",
});
