import { hash } from "node:crypto";
import type { Plugin } from "vite";

/** Where Mantine keeps the colours that were chosen. */
const KEPT = "mantine-color-scheme-value";

/** Runs before anything is drawn, so that nobody who chose dark sees a white page first. */
const SCRIPT = `(() => {
  const root = document.documentElement;
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  let kept;
  try {
    kept = localStorage.getItem("${KEPT}");
  } catch {}
  const scheme = kept === "light" || kept === "dark" ? kept : isDark ? "dark" : "light";
  root.setAttribute("data-mantine-color-scheme", scheme);
  root.style.colorScheme = scheme;
})();
`;

/** Puts a script of its own in front of all others: modules wait until the page is read, and the policy allows none in the page. */
export function early(): Plugin {
  const fileName = `assets/early-${hash("sha256", SCRIPT).slice(0, 8)}.js`;
  return {
    name: "freshet-early",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "script", attrs: { src: `/console/${fileName}` }, injectTo: "head-prepend" as const },
    ],
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source: SCRIPT });
    },
  };
}
