import { StoreError } from "../errors.ts";

/** Turns a column's text into the value SQLite would give, so that rows look the same on both engines. */
type Reader = (text: string) => unknown;

/** `select oid, typname from pg_type`; what is not here comes as text: json, timestamps, uuid, … */
const READERS: Readonly<Record<number, Reader>> = {
  16: (text) => (text === "t" ? 1 : 0), // bool
  17: readBytes, // bytea
  20: readInteger, // int8
  21: Number, // int2
  23: Number, // int4
  26: Number, // oid
  700: Number, // float4
  701: Number, // float8
  1700: readNumeric, // numeric: what sum() makes of int8
};

/** For `types` of a connection: which function reads the columns of a type. */
export function readerOf(oid: number): Reader {
  return READERS[oid] ?? String;
}

/** A number that JavaScript would round is an error, as it is on SQLite: two keys must never become one. */
function readInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new StoreError("STORE_BROKEN", `the integer ${text} is beyond 2^53`);
}

function readNumeric(text: string): number {
  return /^-?\d+$/.test(text) ? readInteger(text) : Number(text);
}

/** PostgreSQL writes bytes as \x and hex digits. */
function readBytes(text: string): Uint8Array {
  if (!text.startsWith("\\x")) throw new StoreError("STORE_BROKEN", "bytea_output is not hex");
  return new Uint8Array(Buffer.from(text.slice(2), "hex"));
}
