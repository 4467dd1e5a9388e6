import sharp from "sharp";
import type { Example } from "./examples.ts";

/** An example and what came out of it. */
export interface Shown {
  readonly example: Example;
  readonly operation: string;
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly pages: number;
}

const CELL = { width: 300, height: 284 };
const LABEL = 60;
/** Letters of a query on one line. */
const LINE = 42;
const COLUMNS = 6;
const ROWS = 5;

/** The pictures side by side on chequered ground, thirty a sheet, each with its query below. */
export async function sheetsOf(shown: readonly Shown[]): Promise<readonly Buffer[]> {
  const sheets: Buffer[] = [];
  for (let at = 0; at < shown.length; at += COLUMNS * ROWS) {
    const part = shown.slice(at, at + COLUMNS * ROWS);
    const width = COLUMNS * CELL.width;
    const height = Math.ceil(part.length / COLUMNS) * CELL.height;
    const layers = await Promise.all(part.map((each, place) => layersOf(each, place)));
    const ground = Buffer.from(groundOf(width, height, part));
    sheets.push(await sharp(ground).composite(layers).png().toBuffer());
  }
  return sheets;
}

async function layersOf({ bytes }: Shown, place: number) {
  const box = { width: CELL.width - 10, height: CELL.height - LABEL - 10 };
  const { data, info } = await sharp(bytes)
    .resize({ ...box, fit: "inside", withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const left = (place % COLUMNS) * CELL.width + 5 + Math.floor((box.width - info.width) / 2);
  return { input: data, left, top: Math.floor(place / COLUMNS) * CELL.height + 5 };
}

function groundOf(width: number, height: number, part: readonly Shown[]): string {
  const labels = part.map(({ example, operation, pages }, place) => {
    const x = (place % COLUMNS) * CELL.width + 8;
    const y = Math.floor(place / COLUMNS) * CELL.height + CELL.height - LABEL;
    const facts = `${operation} · ${example.original} · ${example.size}${pages > 1 ? ` · ${pages} frames` : ""}`;
    const lines = [facts, ...[0, 1, 2].map((line) => example.query.slice(line * LINE, (line + 1) * LINE))];
    const texts = lines.map(
      (line, row) => `<text x="${x}" y="${y + 12 + row * 14}">${escapeXml(line)}</text>`,
    );
    return `<rect x="${x - 6}" y="${y}" width="${CELL.width - 4}" height="${LABEL - 2}" fill="#fff"/>${texts.join("")}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><pattern id="p" width="16" height="16" patternUnits="userSpaceOnUse"><rect width="16" height="16" fill="#ddd"/><path d="M0 0h8v8H0zM8 8h8v8H8z" fill="#bbb"/></pattern></defs><rect width="100%" height="100%" fill="url(#p)"/><g font-family="sans-serif" font-size="11">${labels.join("")}</g></svg>`;
}

/** The same as a page, in full size and moving where they move. */
export function pageOf(shown: readonly Shown[]): string {
  const figures = shown.map(
    ({ example, operation, file }) =>
      `<figure><img src="${escapeXml(file)}" alt=""><figcaption><b>${operation}</b> ${example.original} ${example.size}<br><code>${escapeXml(example.query)}</code></figcaption></figure>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>body{display:flex;flex-wrap:wrap;gap:1rem;font:13px sans-serif;background:repeating-conic-gradient(#ddd 0 25%,#bbb 0 50%) 0/16px 16px}figure{margin:0;max-width:24rem}img{max-width:100%}figcaption{background:#fff;padding:.3rem;overflow-wrap:anywhere}</style>${figures.join("\n")}\n`;
}

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
