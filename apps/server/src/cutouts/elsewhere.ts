import { readBody } from "../sources/body.ts";
import { headerOf, leave, type Wire, wholeNumber } from "../sources/wire.ts";
import type { CutoutsConfig } from "./config.ts";

/** Bytes of an answer at most: a mask of a megapixel without compression, and room. */
const MOST_BYTES = 4_000_000;

/** Sends the picture to the operator's own address and answers what came back, which may be anything. @throws Error that says what is wrong. */
export async function askElsewhere(
  wire: Wire,
  { place, reach, timeoutMs, authorization }: CutoutsConfig,
  picture: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const clock = new AbortController();
  const slow = () => clock.abort(new Error(`The provider took longer than ${timeoutMs} ms.`));
  const timer = setTimeout(slow, timeoutMs);
  try {
    const head = await wire.ask(
      {
        url: new URL(place),
        method: "POST",
        headers: {
          "content-type": "image/png",
          accept: "image/png",
          ...(authorization && { authorization: authorization.reveal() }),
        },
        body: picture,
      },
      reach,
      { signal: AbortSignal.any([signal, clock.signal]), slow },
    );
    if ("kind" in head) throw new Error(`The provider cannot be asked: ${head.reason}`);
    if (head.statusCode !== 200) {
      leave(head);
      throw new Error(`The provider answered ${head.statusCode}.`);
    }
    const announced = wholeNumber(headerOf(head, "content-length"));
    const body = await readBody(head.body, { maxBytes: MOST_BYTES, announced }, () => undefined);
    if (body.kind === "whole") return body.bytes;
    head.body.destroy();
    throw new Error(`The provider's answer has more than ${MOST_BYTES} bytes.`);
  } finally {
    clearTimeout(timer);
  }
}
