/** Counts answers as fast as it may until it is killed, and says once a second how many so far. Started by crash.test.ts. */
import { openStore } from "@freshet/store";
import { at } from "@freshet/store/testing";
import { createAnalytics } from "./analytics.ts";
import { readAnalytics } from "./config.ts";

const [place = "", name = ""] = process.argv.slice(2);
const analytics = createAnalytics({
  policy: readAnalytics(),
  open: () => openStore(at(place)),
  instance: name,
  isKeeper: false,
  stored: undefined,
  now: Date.now,
  log: () => {},
});
await analytics.start();
let counted = 0;
setInterval(() => {
  for (let number = 0; number < 50; number += 1) {
    counted += 1;
    const url = `/v7/_site_/${counted % 97}.jpg`;
    const isMissing = counted % 13 === 0;
    analytics.buffer?.answer(
      {
        ...{ project: counted % 3 === 0 ? "shop" : "demo", url, original: `demo/site.example${url}` },
        ...{ source: isMissing ? "failed" : "disk", status: isMissing ? 404 : 200, bytes: counted },
        ...{ milliseconds: counted % 40, referer: "https://shop.example/" },
      },
      Date.now(),
    );
  }
  process.send?.({ counted, at: Date.now() });
}, 5);
