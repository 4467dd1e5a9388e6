import { isWideProfile } from "../../icc.ts";
import type { ReadHead } from "../head.ts";
import { boxesOf, boxIn, type MediaBox, Scan } from "../scan.ts";

/** Properties of one picture, and associations of one file, that are looked at. */
const MOST = 4_096;
const ALPHA = /auxid:1\b|alpha/;

/** HEIC: the picture that the file calls its primary one, upright. */
export const readHeic: ReadHead = (bytes) => {
  const meta = boxIn(bytes, "meta")?.subarray(4);
  const primary = primaryOf(boxIn(meta, "pitm"));
  const properties = boxIn(meta, "iprp");
  const all = [...boxesOf(boxIn(properties, "ipco") ?? new Uint8Array(0))];
  const own = associatedWith(primary, boxIn(properties, "ipma")).flatMap((place) => all[place - 1] ?? []);
  const of = (type: string) => own.find((box) => box.type === type)?.bytes;
  const size = of("ispe");
  if (!size) return undefined;
  const scan = new Scan(size, "big");
  const [width, height] = [scan.u32(4), scan.u32(8)];
  const isTurned = ((of("irot")?.[0] ?? 0) & 1) === 1;
  const profile = profileOf(of("colr"));
  return {
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    hasAlpha: all.some(isAlpha),
    isWide: profile !== undefined && isWideProfile(profile),
  };
};

const primaryOf = (pitm: Uint8Array | undefined): number => {
  const scan = new Scan(pitm ?? new Uint8Array(0), "big");
  return scan.u8(0) === 0 ? scan.u16(4) : scan.u32(4);
};

const isAlpha = ({ type, bytes }: MediaBox) =>
  type === "auxC" && ALPHA.test(new Scan(bytes, "big").text(4, 60));

function profileOf(colr: Uint8Array | undefined): Uint8Array | undefined {
  if (!colr) return undefined;
  const kind = new Scan(colr, "big").text(0, 4);
  return kind === "prof" || kind === "rICC" ? colr.subarray(4) : undefined;
}

/** Places of the properties of an item, counted from 1. */
function associatedWith(item: number, ipma: Uint8Array | undefined): readonly number[] {
  const scan = new Scan(ipma ?? new Uint8Array(0), "big");
  const isLongId = scan.u8(0) > 0;
  const isLongPlace = (scan.u8(3) & 1) === 1;
  const count = Math.min(scan.u32(4), MOST);
  for (let entry = 0, at = 8; entry < count && at < scan.bytes.length; entry += 1) {
    const id = isLongId ? scan.u32(at) : scan.u16(at);
    at += isLongId ? 4 : 2;
    const places = Array.from({ length: scan.u8(at) }, (_, place) =>
      isLongPlace ? scan.u16(at + 1 + place * 2) & 0x7fff : scan.u8(at + 1 + place) & 0x7f,
    );
    if (id === item) return places;
    at += 1 + places.length * (isLongPlace ? 2 : 1);
  }
  return [];
}
