const RENDER = "{% render 'freshet-preconnect' %}";
const HEAD = /([ \t]*)<head(?:\s[^>{]*)?>/;

/**
 * A layout whose head opens the connection to the pictures before anything else; what it connects to already stays. A layout that does
 * so, or has no head of its own, stays as it is.
 */
export function addPreconnect(layout: string): string {
  if (/['"]freshet-preconnect['"]/.test(layout)) return layout;
  const head = HEAD.exec(layout);
  if (!head) return layout;
  const end = head.index + head[0].length;
  const lineBreak = layout.includes("\r\n") ? "\r\n" : "\n";
  return `${layout.slice(0, end)}${lineBreak}${head[1]}  ${RENDER}${layout.slice(end)}`;
}
