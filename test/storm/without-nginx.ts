/** Changes to the shipped fence of nginx, each one exact text in it: a rule switched off, or a race made wide. */
export const NGINX_CHANGES = {
  /** What was once found young is used for ever: what is left is a cache without purges. */
  "the check on use": ["if object and is_young(object.stamp, object.tags) then", "if object then"],
  /** A URL's fills share one name, as in a cache whose key is the URL: what comes in last is what is served. */
  "a name for each fill": [
    'state:get("life") .. string.format("%x", state:incr("fills", 1, 0))',
    "hex(place.id)",
  ],
  /** The last purge wins, not the newest. */
  "the maximum": ["if sequence > (numbers:get(tag) or 0) and not", "if not"],
  /** Two purges at once compare with the same number. */
  "one change at a time": ["if ffi.C.flock(lock, LOCK_OR_FAIL) == 0 then", "if true then"],
  /** A node that was started again takes what it knew of its disk for true. */
  "the base number": ["return base ~= nil and stamp >= base", "return base ~= nil"],
  /** A node that was started again knows its fence without asking for what it missed. */
  "asking after a start": ['state:set("newest", 0)', 'state:set("newest", 0)\n        state:set("base", 0)'],
  /** Where there is no room for a number, the one that was used least is forgotten. */
  "giving numbers up together": ["not numbers:safe_set(tag, sequence)", "not numbers:set(tag, sequence)"],
  /**
   * Not a rule but a magnifying glass: between comparing and setting a number lies less than a microsecond. A millisecond there
   * makes the window as wide as a busy machine may make it.
   */
  "the haste between comparing and setting": [
    "if sequence > (numbers:get(tag) or 0) and not",
    "local seen, till = numbers:get(tag) or 0, os.clock() + 0.001\n            while os.clock() < till do end\n            if sequence > seen and not",
  ],
  /** The same for when others are let in meanwhile. */
  "the haste, others being let in": [
    "if sequence > (numbers:get(tag) or 0) and not",
    "local seen = numbers:get(tag) or 0\n            ngx.sleep(0.02)\n            if sequence > seen and not",
  ],
} as const satisfies Record<string, readonly [from: string, to: string]>;

export type NginxChange = keyof typeof NGINX_CHANGES;
