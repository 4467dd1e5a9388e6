/** Rooms come in steps of so many bytes: as much is wasted at most where a slow connection keeps one. */
const STEP = 32 * 1024;

/** What memory for an answer is asked of. */
export interface Rooms {
  /** At least so many bytes, at the beginning of a buffer of their own. They hold anything. */
  take(bytes: number): Buffer;
}

/** Each is nobody else's, and as large as it was asked for. */
export const OWN_ROOMS: Rooms = { take: (bytes) => Buffer.allocUnsafeSlow(bytes) };

/**
 * Memory that one answer after the other is sent from: a buffer for each would be twenty times what the server allocates otherwise, and V8 walks
 * the whole heap whenever such buffers come to some tens of megabytes.
 */
export class LentRooms implements Rooms {
  /** One of each size: between its taking and its return nobody else gets a turn. */
  readonly #idle: (Buffer | undefined)[] = [];

  take(bytes: number): Buffer {
    const steps = Math.ceil(bytes / STEP);
    const idle = this.#idle[steps];
    this.#idle[steps] = undefined;
    return idle ?? Buffer.allocUnsafeSlow(steps * STEP);
  }

  /** For whoever holds nothing of it any more. What is not returned is left to the collector. */
  giveBack(room: Buffer): void {
    this.#idle[room.length / STEP] = room;
  }
}
