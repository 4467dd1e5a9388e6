import { Readable } from "node:stream";
import Busboy from "@fastify/busboy";
import { ServerError } from "../errors.ts";

/** Files and fields of one form; what is beyond them is refused. */
const MOST_PARTS = 20;

/**
 * The bytes of the file of a form: of the part `file`, else of the first part that holds anything.
 * @throws ServerError BODY_UNREADABLE for what is no form, or holds nothing.
 */
export async function fileOfForm(body: Uint8Array, contentType: string): Promise<Uint8Array> {
  const parts = new Map<string, Uint8Array>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const wrong = (cause: unknown) =>
    reject(
      new ServerError("BODY_UNREADABLE", "It is no multipart form with its list in the part file.", {
        cause,
      }),
    );
  try {
    const form = new Busboy.Busboy({
      headers: { "content-type": contentType },
      limits: { parts: MOST_PARTS, fieldSize: body.length, fileSize: body.length },
    });
    form.on("file", (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => parts.set(name, Buffer.concat(chunks)));
      stream.on("error", wrong);
    });
    form.on("field", (name, value) => void parts.set(name, Buffer.from(value)));
    form.on("finish", resolve);
    form.on("error", wrong);
    Readable.from([body]).on("error", wrong).pipe(form);
    // A form that stops in its middle never finishes by itself.
    form.on("close", () => wrong("closed"));
  } catch (error) {
    wrong(error);
  }
  await promise;
  const found = parts.get("file") ?? [...parts.values()].find(({ length }) => length > 0);
  if (!found) throw new ServerError("WARMUP_EMPTY");
  return found;
}
