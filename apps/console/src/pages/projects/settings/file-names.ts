import { isMembers, type Members } from "./paths.ts";

/** The name under which a file of somebody's machine is kept: the letters that the server takes, and no others. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/-+(\.|$)/g, "$1");
  const end = /\.[A-Za-z0-9]{1,8}$/.exec(plain)?.[0] ?? "";
  const stem = plain.slice(0, plain.length - end.length).slice(0, 100 - end.length);
  return stem === "" ? `picture${end}` : stem + end;
}

/** The alias that stands for uploaded files, and the aliases with it among them: by it a watermark names its picture. */
export function aliasOfFiles(aliases: unknown): { readonly alias: string; readonly aliases: Members } {
  const all = isMembers(aliases) ? aliases : {};
  const known = Object.entries(all).find(([, target]) => isMembers(target) && target.files === true)?.[0];
  if (known !== undefined) return { alias: known, aliases: all };
  let alias = "_files_";
  for (let n = 2; Object.hasOwn(all, alias); n += 1) alias = `_files-${n}_`;
  return { alias, aliases: { ...all, [alias]: { files: true } } };
}
