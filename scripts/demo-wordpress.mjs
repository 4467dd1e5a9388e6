// `npm run demo:wordpress`: a real WordPress with the plugin, and a Freshet beside it, with Node alone. Ctrl-C ends both.
import { needNode24 } from "./steps.mjs";

needNode24();
const { demo } = await import("./demo-wordpress/main.ts");
await demo();
