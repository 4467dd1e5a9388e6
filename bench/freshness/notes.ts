import { freePort } from "../../test/support/freshet.ts";
import { ask } from "./ask.ts";
import type { Changes } from "./edges.ts";

/** Where the door for notes is put into the fence. */
const BEFORE = 'init_worker_by_lua_block { require("freshet").started() }';

/** A port for the door below. */
export const notesPort = (): Promise<number> => freePort();

/**
 * A door of the benchmark's own into nginx's dictionary of objects: notes as fills leave them, without a request for each. A
 * million of them takes a second instead of minutes.
 */
export const NOTES = (port: number): Changes => [
  [
    BEFORE,
    `${BEFORE}
server {
  listen 127.0.0.1:${port};
  location / {
    content_by_lua_block {
      local objects, now = ngx.shared.freshet_objects, ngx.now()
      local note = " 0 " .. now .. " " .. now + 86400 .. " " .. ngx.unescape_uri(ngx.var.arg_tags)
      for number = tonumber(ngx.var.arg_from), tonumber(ngx.var.arg_to) do
        local kept, fault = objects:safe_set(ngx.md5_bin("note" .. number), "ab" .. string.format("%x", number) .. note, 86400)
        if not kept then ngx.status = 500 ngx.say(fault) return end
      end
      ngx.say(#objects:get_keys(1), " ", objects:free_space())
    }
  }
}`,
  ],
];

/** Inserts so many notes with these tags, of which none may be dropped. */
export async function insertNotes(port: number, count: number, tags: readonly string[]): Promise<void> {
  const list = encodeURIComponent(tags.join(" "));
  const PAGE = 50_000;
  for (let from = 1; from <= count; from += PAGE) {
    const to = Math.min(count, from + PAGE - 1);
    const { status, text } = await ask(`http://127.0.0.1:${port}/?from=${from}&to=${to}&tags=${list}`);
    if (status !== 200) throw new Error(`nginx did not keep all ${count} notes: ${text}`);
  }
}
