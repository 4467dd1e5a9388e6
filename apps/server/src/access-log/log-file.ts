import { close, constants, fstat, open, write } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

/** So much is written at once while there is as much; what is less waits for the next tick. */
const CHUNK = 256 * 2 ** 10;
const TICK_MS = 1_000;
/** A pipe that is full is tried again; when the log is closed, for so long. */
const FULL_MS = 50;
const LAST_MS = 2_000;
/** Failures are told of at most so often. */
const TELL_MS = 60_000;
const MODE = 0o640;
const STDOUT = 1;
const END = Buffer.from("\n");

/** As much of the bytes as goes: answers how much that was. */
export type Write = (descriptor: number, bytes: Uint8Array) => Promise<number>;

export interface LogFileParts {
  /** A path, or "stdout". */
  readonly to: string;
  /** Bytes of lines that may wait; what comes beyond them is dropped. */
  readonly bufferBytes: number;
  readonly failed: (error: unknown) => void;
  readonly tickMs?: number;
  readonly write?: Write;
}

const openFile = promisify(open);
const closeFile = promisify(close);
const lookAt = promisify(fstat);

/**
 * Appends lines to a file; whoever has one never waits. Lines gather in one half of the buffer while the other is written; when both
 * are full they are dropped, and counted. The file is opened anew when it was renamed or removed, and on `reopen`.
 */
export class LogFile {
  readonly #parts: LogFileParts;
  readonly #write: Write;
  readonly #tick: NodeJS.Timeout;
  #filling: Buffer;
  #spare: Buffer;
  #used = 0;
  #lines = 0;
  #descriptor = STDOUT;
  /** Which file is open, whatever it is called now. */
  #identity = "";
  #work: Promise<void> | undefined;
  #isStale = false;
  /** The last write ended within a line. */
  #isBroken = false;
  #closing: number | undefined;
  #told = Number.NEGATIVE_INFINITY;
  written = 0;
  dropped = 0;

  /** @throws what fs.open does where the file cannot be written to. */
  static async open(parts: LogFileParts): Promise<LogFile> {
    const file = new LogFile(parts);
    try {
      if (parts.to !== "stdout") await file.#open();
      return file;
    } catch (error) {
      clearInterval(file.#tick);
      throw error;
    }
  }

  private constructor(parts: LogFileParts) {
    const half = Math.ceil(parts.bufferBytes / 2);
    this.#parts = parts;
    this.#write = parts.write ?? writeSome;
    this.#filling = Buffer.allocUnsafeSlow(half);
    this.#spare = Buffer.allocUnsafeSlow(half);
    this.#tick = setInterval(() => this.#start(true), parts.tickMs ?? TICK_MS).unref();
  }

  /** One line in two parts, of ASCII, with its end. */
  add(first: string, rest: string): void {
    const length = first.length + rest.length;
    if (this.#used + length > this.#filling.length || this.#closing !== undefined) {
      this.dropped += 1;
      return;
    }
    this.#used += this.#filling.write(first, this.#used, "latin1");
    this.#used += this.#filling.write(rest, this.#used, "latin1");
    this.#lines += 1;
    if (this.#used >= CHUNK || this.#used * 2 >= this.#filling.length) this.#start(false);
  }

  /** For whoever has moved the file away. */
  reopen(): void {
    this.#isStale = true;
    this.#start(true);
  }

  /** Writes what waits, then closes. */
  async close(): Promise<void> {
    this.#closing = performance.now();
    clearInterval(this.#tick);
    await this.#work;
    if (this.#used > 0) await this.#writeAll();
    if (this.#parts.to !== "stdout") await closeFile(this.#descriptor);
  }

  #start(looks: boolean): void {
    if (this.#work || this.#closing !== undefined) return;
    const work = async () => {
      if (looks) await this.#follow();
      await this.#writeAll();
    };
    this.#work = work().finally(() => {
      this.#work = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    do {
      const bytes = this.#filling.subarray(0, this.#used);
      const lines = this.#lines;
      [this.#filling, this.#spare] = [this.#spare, this.#filling];
      this.#used = 0;
      this.#lines = 0;
      if (bytes.length > 0) await this.#append(bytes, lines);
    } while (this.#used >= CHUNK);
  }

  async #append(bytes: Buffer, lines: number): Promise<void> {
    let at = 0;
    try {
      if (this.#isBroken) await this.#writeOnce(END);
      this.#isBroken = false;
      while (at < bytes.length) at += await this.#writeOnce(bytes.subarray(at));
      this.written += lines;
    } catch (error) {
      const lost = linesIn(bytes.subarray(at));
      this.written += lines - lost;
      this.dropped += lost;
      this.#isBroken ||= at > 0 && bytes[at - 1] !== END[0];
      this.#tell(error);
    }
  }

  async #writeOnce(bytes: Uint8Array): Promise<number> {
    for (;;) {
      try {
        const length = await this.#write(this.#descriptor, bytes);
        if (length > 0) return length;
      } catch (error) {
        if (codeOf(error) !== "EAGAIN" || this.#isLate()) throw error;
      }
      await setTimeout(FULL_MS);
    }
  }

  #isLate(): boolean {
    return this.#closing !== undefined && performance.now() - this.#closing > LAST_MS;
  }

  /** Opens the file anew if another one, or none, has its name. Until that succeeds, lines go where they went. */
  async #follow(): Promise<void> {
    const { to } = this.#parts;
    if (to === "stdout") return;
    try {
      if (!this.#isStale && (await identityAt(to)) === this.#identity) return;
      const old = this.#descriptor;
      await this.#open();
      this.#isStale = false;
      this.#isBroken = false;
      await closeFile(old);
    } catch (error) {
      this.#tell(error);
    }
  }

  async #open(): Promise<void> {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
    // A pipe without a reader is an error, not a wait.
    this.#descriptor = await openFile(
      this.#parts.to,
      O_APPEND | O_CREAT | O_WRONLY | (O_NONBLOCK ?? 0),
      MODE,
    );
    this.#identity = identityOf(await lookAt(this.#descriptor));
  }

  #tell(error: unknown): void {
    const now = performance.now();
    if (now - this.#told < TELL_MS) return;
    this.#told = now;
    this.#parts.failed(error);
  }
}

const writeSome: Write = (descriptor, bytes) =>
  new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, null, (error, length) =>
      error ? reject(error) : resolve(length),
    );
  });

const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }) => `${dev} ${ino}`;

const identityAt = (path: string) =>
  stat(path).then(identityOf, (error) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });

const codeOf = (error: unknown) => (error as { readonly code?: string }).code;

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}
