import sharp from "sharp";
import { text, u32 } from "./containers.ts";
import { type HostileInput, UNREADABLE } from "./input.ts";

/** What is no picture at all, whatever it is called, and what is a picture and something else at once. */
export async function strangers(): Promise<readonly HostileInput[]> {
  const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#c33" } })
    .jpeg()
    .toBuffer();
  const page = "<!doctype html><script>alert(1)</script>";
  return [
    { name: "nothing", bytes: Buffer.alloc(0), refused: [...UNREADABLE, "ORIGIN_BROKEN"] },
    { name: "one byte", bytes: Buffer.from([0xff]), refused: UNREADABLE },
    { name: "a page that says it is a JPEG", bytes: text(page), refused: UNREADABLE },
    {
      name: "a page that begins like a GIF",
      bytes: text(`GIF89a=1;/*${page}*/`),
      type: "image/gif",
      refused: UNREADABLE,
    },
    {
      name: "a page that begins like a JPEG",
      bytes: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), text(page)]),
      refused: UNREADABLE,
    },
    {
      name: "a page with a drawing in it",
      bytes: text(`${page}<svg xmlns="http://www.w3.org/2000/svg"/>`),
      type: "image/svg+xml",
      refused: UNREADABLE,
    },
    {
      name: "a document that says it is a picture",
      bytes: text("%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"),
      refused: UNREADABLE,
    },
    {
      name: "a picture of Windows",
      bytes: Buffer.concat([text("BM"), u32(1e6, true), Buffer.alloc(50)]),
      refused: UNREADABLE,
    },
    {
      name: "a HEIC",
      bytes: Buffer.concat([u32(24), text("ftypheic"), u32(0), text("mif1heic"), Buffer.alloc(500)]),
      refused: UNREADABLE,
    },
    {
      name: "an archive",
      bytes: Buffer.concat([text("PK\x03\x04"), Buffer.alloc(200)]),
      type: "image/png",
      refused: UNREADABLE,
    },
    {
      name: "a program",
      bytes: Buffer.concat([text("\x7fELF\x02\x01\x01"), Buffer.alloc(200)]),
      refused: UNREADABLE,
    },
    {
      name: "bytes of chance behind the name of a PNG",
      bytes: Buffer.concat([text("\x89PNG\r\n\x1a\n"), chance(100_000)]),
      type: "image/png",
      refused: UNREADABLE,
    },
    {
      name: "a JPEG that is an archive and a page as well",
      bytes: Buffer.concat([picture, text("PK\x03\x04"), text(page)]),
      type: "text/html",
    },
    { name: "a JPEG that says it is a drawing", bytes: picture, type: "image/svg+xml" },
  ];
}

/** The same bytes each time, without an order that packs. */
function chance(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 16;
    }),
  );
}
