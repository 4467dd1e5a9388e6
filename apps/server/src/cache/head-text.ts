/** What a head comes to as a text. */
export interface HeadText {
  /** "Name: value" for each header, with ends of lines between and before them. */
  readonly lines: string;
  /** Characters of its names and values. */
  readonly characters: number;
}

const texts = new WeakMap<readonly string[], HeadText>();

/** Made once for each head, however many answers share it: bodies come back from the disk to the head that they had. */
export function textOf(head: readonly string[]): HeadText {
  const known = texts.get(head);
  if (known) return known;
  const lines: string[] = [];
  let characters = 0;
  for (let at = 0; at < head.length; at += 2) {
    const [name = "", value = ""] = [head[at], head[at + 1]];
    lines.push("\r\n", name, ": ", value);
    characters += name.length + value.length;
  }
  // Joined, it is one text for V8 too: what was put together piece by piece would be copied together whenever it is written.
  const text = { lines: lines.join(""), characters };
  texts.set(head, text);
  return text;
}
