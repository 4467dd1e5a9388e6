/**
 * Gives the memory of bytes back at once, where nothing else lies in their buffer; they are empty from then on. For whoever knows that
 * nobody reads them any more, in no thread either.
 */
export function letGo({ byteLength, buffer }: Uint8Array): void {
  if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
