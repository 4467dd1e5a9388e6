import { freshet } from "./freshet.ts";
import { imageFilter } from "./image-filter.ts";
import { imagor } from "./imagor.ts";
import { imgproxy } from "./imgproxy.ts";
import { ipx } from "./ipx.ts";
import { next } from "./next.ts";
import { oximg } from "./oximg.ts";
import type { Peer } from "./peer.ts";
import { thumbor } from "./thumbor.ts";

/** All servers that make pictures, Freshet first. */
export const PEERS: readonly Peer[] = [freshet, ipx, next, imageFilter, imgproxy, imagor, thumbor, oximg];
