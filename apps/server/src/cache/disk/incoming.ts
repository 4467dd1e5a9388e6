import { type FileHandle, open, rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { FOOTER_BYTES, footerFor } from "./footer.ts";

/** What a folder does for a file that is not in it yet. */
export interface Receiving {
  /** A file aside, in the folder's own file system; nothing is there. */
  readonly aside: string;
  /** Makes the folder of the file aside. */
  readonly prepare: () => Promise<void>;
  /** Makes room for so many bytes more, which count as the folder's until they are given back; false where there is none. */
  readonly reserve: (bytes: number) => Promise<boolean>;
  readonly giveBack: (bytes: number) => void;
  /** Takes the file, of so many bytes with its footer, under the name. */
  readonly take: (name: string, size: number) => Promise<void>;
}

/** A file that is written while its bytes come, and gets its name when all are there: nobody has to hold them. */
export class Incoming {
  readonly #receiving: Receiving;
  #file: FileHandle | undefined;
  #checksum = 0;
  #length = 0;
  #reserved = 0;

  constructor(receiving: Receiving) {
    this.#receiving = receiving;
  }

  /** Adds bytes. False where the folder has no room for them. Rejects when the disk refuses. */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (!(await this.#reserve(bytes.length))) return false;
    const file = await this.#opened();
    await file.writeFile(bytes);
    this.#checksum = crc32(bytes, this.#checksum);
    this.#length += bytes.length;
    return true;
  }

  /** Puts what was written under the name, in place of what was there; nothing can be added then. False and rejection as with `write`. */
  async keep(name: string): Promise<boolean> {
    try {
      if (!(await this.#reserve(FOOTER_BYTES))) return false;
      const file = await this.#opened();
      await file.writeFile(footerFor(this.#checksum, this.#length));
      await this.#close();
      await this.#receiving.take(name, this.#length + FOOTER_BYTES);
      return true;
    } finally {
      await this.discard();
    }
  }

  /** Takes away what has no name. Never rejects. */
  async discard(): Promise<void> {
    await this.#close().catch(() => {});
    await rm(this.#receiving.aside, { force: true }).catch(() => {});
    this.#receiving.giveBack(this.#reserved);
    this.#reserved = 0;
  }

  async #reserve(bytes: number): Promise<boolean> {
    this.#reserved += bytes;
    return this.#receiving.reserve(bytes);
  }

  async #opened(): Promise<FileHandle> {
    if (!this.#file) {
      await this.#receiving.prepare();
      this.#file = await open(this.#receiving.aside, "wx");
    }
    return this.#file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
