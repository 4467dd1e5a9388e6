import type { Codec } from "../codec.ts";
import { decimal } from "./number.ts";

/** How faces are blurred, in pixels of the output; a radius of 0 leaves them as they are. */
export interface FaceBlur {
  readonly radius: number;
  readonly sigma: number;
}

const OFF: FaceBlur = { radius: 0, sigma: 0 };
/** What clients mean by a bare 1. */
const USUAL: FaceBlur = { radius: 30, sigma: 1000 };
const LARGEST = 1000;

const radiusOf = decimal(1, LARGEST, 0);
const sigmaOf = decimal(0.1, LARGEST, 1);

/** `1`, `1,RADIUS` or `1,RADIUS,SIGMA`; `0` is off. */
export const faceBlur: Codec<FaceBlur> = {
  expected: `1 or 0, and perhaps a radius and a sigma in pixels up to ${LARGEST}: 1,RADIUS,SIGMA`,
  form: { kind: "flag" },
  parse(text) {
    const [on = "", radius, sigma, ...more] = text.split(",", 4).map((part) => part.trim());
    if (more.length > 0) return undefined;
    const value = {
      radius: radius === undefined ? USUAL.radius : radiusOf.parse(radius),
      sigma: sigma === undefined ? USUAL.sigma : sigmaOf.parse(sigma),
    };
    if (value.radius === undefined || value.sigma === undefined) return undefined;
    return on === "" || on === "0" ? OFF : { radius: value.radius, sigma: value.sigma };
  },
  format({ radius, sigma }) {
    if (radius === 0) return "0";
    if (sigma !== USUAL.sigma) return `1,${radius},${sigma}`;
    return radius === USUAL.radius ? "1" : `1,${radius}`;
  },
};
