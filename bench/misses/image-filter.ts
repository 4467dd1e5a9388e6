import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { NotHere } from "../cell.ts";
import { startNginxWith } from "../nginx.ts";
import { isInstalled } from "../programs.ts";
import type { Peer } from "./peer.ts";
import { JPEG } from "./task.ts";

const MODULE = "/usr/lib/nginx/modules/ngx_http_image_filter_module.so";

/** nginx's own filter over libgd, a worker for each core. It makes WebP of WebP alone, so JPEG is what it is compared in. */
export const imageFilter: Peer = {
  name: "nginx image_filter",
  formats: ["jpeg"],
  async start(origin) {
    if (!isInstalled("nginx") || !existsSync(MODULE))
      throw new NotHere("not installed (apt-get install nginx libnginx-mod-http-image-filter)");
    return startNginxWith({
      modules: [MODULE],
      workers: availableParallelism(),
      server: `location / {
        proxy_pass ${origin.url}; proxy_buffering on;
        image_filter resize ${JPEG.width} -; image_filter_jpeg_quality ${JPEG.quality}; image_filter_buffer 64M;
      }`,
    });
  },
  request: ({ url }, original) => ({ url: `${url}${new URL(original).pathname}` }),
};
