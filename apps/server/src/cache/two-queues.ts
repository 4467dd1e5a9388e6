import { Generations } from "./generations.ts";

/** What is kept under one key. Whoever holds it need not look it up again: it stays the key's own until `value` is undefined. */
export interface Entry<Value> {
  readonly key: string;
  /** Undefined once it was evicted or deleted. */
  readonly value: Value | undefined;
}

interface Node<Value> extends Entry<Value> {
  value: Value | undefined;
  bytes: number;
  /** Uses since it was last looked at for eviction, as far as they count. */
  uses: number;
  queue: Queue<Value>;
  older: Node<Value> | undefined;
  newer: Node<Value> | undefined;
}

/** More uses than so many buy no more rounds: what was loved an hour ago has to go some time. */
const MOST_USES = 3;
/** Part of the bytes in which newcomers have to prove themselves. */
const TRIAL = 0.04;
/** They may always have as much, while others leave room. */
const LEAST_TRIAL_BYTES = 8 * 2 ** 20;
/** Keys of newcomers that went are remembered as far back as there are entries, and at least so many. */
const LEAST_REMEMBERED = 128;

/** What newcomers are given at least; absent is what suits bodies. */
export interface Trial {
  /** In what `most` is counted in; less than a twenty-fifth of it is that. */
  readonly room: number;
  /** Keys of those that went. */
  readonly remembered: number;
}

/**
 * Values by key, bounded by bytes, which a walk over many keys does not sweep out: S3-FIFO (Yang and others, SOSP 2023). What is
 * new waits in a small queue. At its end, what was used meanwhile goes on to the main queue; the rest goes and leaves its key behind:
 * a key that comes back soon enters the main queue at once. At the end of that one, what was used gets another round. So a use adds
 * one to a number and moves nothing. The small queue does not grow into room that the main one has left: memory is for what is asked for
 * again.
 */
export class TwoQueues<Value> {
  readonly #most: number;
  readonly #mostInTrial: number;
  readonly #leastRemembered: number;
  readonly #nodes = new Map<string, Node<Value>>();
  readonly #trial = new Queue<Value>();
  readonly #main = new Queue<Value>();
  /** Keys that went from the trial, as hashes: who is taken for another by mistake only enters the main queue. */
  readonly #gone = new Generations<number, true>();

  /** `most` is what the bytes of all entries together may come to, or whatever else they are counted in. */
  constructor(
    most: number,
    { room, remembered }: Trial = { room: LEAST_TRIAL_BYTES, remembered: LEAST_REMEMBERED },
  ) {
    this.#most = most;
    this.#mostInTrial = Math.max(most * TRIAL, room);
    this.#leastRemembered = remembered;
  }

  get bytes(): number {
    return this.#trial.bytes + this.#main.bytes;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** The entry of a key. This is a use. */
  find(key: string): Entry<Value> | undefined {
    const node = this.#nodes.get(key);
    if (node) this.touch(node);
    return node;
  }

  /** The same without a use: for whoever asks several times about one. */
  peek(key: string): Entry<Value> | undefined {
    return this.#nodes.get(key);
  }

  /** A use of an entry that `find` or `set` gave. */
  touch(entry: Entry<Value>): void {
    const node = entry as Node<Value>;
    if (node.uses < MOST_USES) node.uses += 1;
  }

  /** Keeps a value in place of the key's last one; undefined for one that is larger than everything. */
  set(key: string, value: Value, bytes: number): Entry<Value> | undefined {
    if (bytes > this.#most) {
      this.delete(key);
      return undefined;
    }
    const known = this.#nodes.get(key);
    const node = known ?? this.#add(key);
    node.value = value;
    node.queue.bytes += bytes - node.bytes;
    node.bytes = bytes;
    while (this.bytes > this.#most) this.#makeRoom(node);
    while (this.#trial.bytes > this.#mostInTrial) {
      const oldest = this.#trial.oldest(node);
      if (!oldest) break;
      this.#judge(oldest);
    }
    return node;
  }

  delete(key: string): void {
    const node = this.#nodes.get(key);
    if (node) this.#remove(node);
  }

  #add(key: string): Node<Value> {
    const queue = this.#gone.delete(hashOf(key)) ? this.#main : this.#trial;
    const node: Node<Value> = {
      ...{ key, value: undefined, bytes: 0, uses: 0 },
      ...{ queue, older: undefined, newer: undefined },
    };
    this.#nodes.set(key, node);
    queue.push(node);
    return node;
  }

  /** Looks at the oldest entry of a queue: it moves on, or it goes. Never the one that was put just now. */
  #makeRoom(but: Node<Value>): void {
    const newcomer = this.#trial.oldest(but);
    const proven = this.#main.oldest(but);
    const isFull = this.#trial.bytes > this.#most * TRIAL;
    const node = isFull || !proven ? (newcomer ?? proven) : proven;
    if (node) this.#judge(node);
  }

  /** What is oldest in its queue: what was used goes on, the rest goes. */
  #judge(node: Node<Value>): void {
    if (node.uses > 0) {
      node.uses = node.queue === this.#trial ? 0 : node.uses - 1;
      node.queue.drop(node);
      this.#main.push(node);
      return;
    }
    if (node.queue === this.#trial) this.#remember(node.key);
    this.#remove(node);
  }

  #remember(key: string): void {
    this.#gone.set(hashOf(key), true);
    if (this.#gone.young * 2 > Math.max(this.#leastRemembered, this.#nodes.size)) this.#gone.turn();
  }

  #remove(node: Node<Value>): void {
    this.#nodes.delete(node.key);
    node.queue.drop(node);
    node.value = undefined;
  }
}

/** First in, first out, and anywhere out: a list through the entries themselves. */
class Queue<Value> {
  bytes = 0;
  #oldest: Node<Value> | undefined;
  #newest: Node<Value> | undefined;

  /** The oldest one that is not `but`. */
  oldest(but: Node<Value>): Node<Value> | undefined {
    return this.#oldest === but ? but.newer : this.#oldest;
  }

  push(node: Node<Value>): void {
    node.queue = this;
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest) this.#newest.newer = node;
    else this.#oldest = node;
    this.#newest = node;
    this.bytes += node.bytes;
  }

  drop(node: Node<Value>): void {
    if (node.older) node.older.newer = node.newer;
    else this.#oldest = node.newer;
    if (node.newer) node.newer.older = node.older;
    else this.#newest = node.older;
    this.bytes -= node.bytes;
    // Whoever still holds the entry would hold everything that stood beside it since.
    node.older = undefined;
    node.newer = undefined;
  }
}

/** FNV-1a over code units, 32 bits with a sign: V8 keeps such a number where it stands, and any larger one in an object of its own. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash;
}
