import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A sentence of the plugin that people translate. */
interface Message {
  readonly text: string;
  /** The text for more than one. */
  readonly plural?: string;
  /** Files that say it. */
  readonly files: string[];
  /** What translators are told. */
  readonly comments: string[];
}

/** What comes first in a file of PHP: a remark to translators, or a call for a text whose words stand there as they are. */
const STRING = String.raw`'(?:[^'\\]|\\.)*'`;
const CALL = new RegExp(
  String.raw`/\*\s*translators:\s*(?<comment>.*?)\s*\*/|\b(?<name>__|_e|_n|esc_html__|esc_html_e|esc_attr__|esc_attr_e)\(\s*(?:(?<text>${STRING})(?:,\s*(?<plural>${STRING}),[^;]*?)?,\s*'freshet'\s*\))?`,
  "gs",
);

/** Calls that this file does not read: those with a context. */
const UNREAD = /\b(?:_x|_ex|_nx|esc_html_x|esc_attr_x|_n_noop|_nx_noop)\(/;

/** Lines in the plugin's head that WordPress translates. */
const HEAD = ["Plugin Name", "Description", "Author"];

/**
 * The plugin's template for translators (POT), as `wp i18n make-pot` would write it, but with the files alone: lines would
 * make it stale with every edit. Throws where a text is not written out in the call, because nobody could translate it.
 */
export async function wordsFile(plugin: string): Promise<string> {
  const messages = new Map<string, Message>();
  const main = await readFile(join(plugin, "freshet.php"), "utf8");
  for (const name of HEAD) {
    const [, text] = new RegExp(`^ \\* ${name}: +(.+)$`, "m").exec(main) ?? [];
    if (text === undefined) throw new Error(`The plugin's head has no "${name}".`);
    add(messages, "freshet.php", { text, comments: [`${name} of the plugin`] });
  }
  const classes = (await readdir(join(plugin, "includes"))).toSorted().map((name) => `includes/${name}`);
  for (const file of ["freshet.php", ...classes, "uninstall.php"])
    read(messages, file, await readFile(join(plugin, file), "utf8"));
  const version = /^ \* Version: +(.+)$/m.exec(main)?.[1];
  return `${[head(`Freshet ${version}`), ...[...messages.values()].map(entry)].join("\n\n")}\n`;
}

function read(messages: Map<string, Message>, file: string, source: string): void {
  if (UNREAD.test(source))
    throw new Error(`${file} asks for a text with a context: teach scripts/words-file.ts to.`);
  let comments: string[] = [];
  for (const { groups = {}, index } of source.matchAll(CALL)) {
    if (groups.comment !== undefined) {
      comments.push(`translators: ${groups.comment}`);
      continue;
    }
    const line = source.slice(0, index).split("\n").length;
    if (groups.text === undefined)
      throw new Error(`${file}:${line} asks for a text that is not written there.`);
    if ((groups.name === "_n") !== (groups.plural !== undefined))
      throw new Error(`${file}:${line} has the wrong number of texts for ${groups.name}().`);
    const plural = groups.plural === undefined ? {} : { plural: unquoted(groups.plural) };
    add(messages, file, { text: unquoted(groups.text), ...plural, comments });
    comments = [];
  }
}

function add(messages: Map<string, Message>, file: string, found: Omit<Message, "files">): void {
  const known = messages.get(found.text);
  const { comments, files } = known ?? { comments: [], files: [] };
  messages.set(found.text, {
    ...known,
    ...found,
    files: [...new Set([...files, file])],
    comments: [...new Set([...comments, ...found.comments])],
  });
}

/** A PHP string in single quotes knows these two escapes alone. */
const unquoted = (literal: string) => literal.slice(1, -1).replaceAll(/\\(['\\])/g, "$1");

const quoted = (text: string) =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

function entry({ text, plural, files, comments }: Message): string {
  const lines = [...comments.map((each) => `#. ${each}`), ...files.map((file) => `#: ${file}`)];
  if (/%(?:\d+\$)?[sd]/.test(text)) lines.push("#, php-format");
  lines.push(`msgid ${quoted(text)}`);
  if (plural === undefined) lines.push('msgstr ""');
  else lines.push(`msgid_plural ${quoted(plural)}`, 'msgstr[0] ""', 'msgstr[1] ""');
  return lines.join("\n");
}

function head(name: string): string {
  const fields = {
    "Project-Id-Version": name,
    "PO-Revision-Date": "YEAR-MO-DA HO:MI+ZONE",
    "Last-Translator": "FULL NAME <EMAIL@ADDRESS>",
    "Language-Team": "LANGUAGE <LL@li.org>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
    "X-Domain": "freshet",
  };
  return [
    "# Made by `npm run docs`. This file is distributed under the license of the Freshet plugin, GPL-2.0-or-later.",
    'msgid ""',
    'msgstr ""',
    ...Object.entries(fields).map(([field, value]) => `"${field}: ${value}\\n"`),
  ].join("\n");
}
