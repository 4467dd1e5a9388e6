// `npm run demo:shopify`: a Shopify of this machine with a shop, the Shopify app installed in it, and a Freshet, with Node alone. Ctrl-C ends
// all of it.
import { needNode24 } from "./steps.mjs";

needNode24();
const { demo } = await import("./demo-shopify/main.ts");
await demo();
