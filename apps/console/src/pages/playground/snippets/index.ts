import { htmlSnippets } from "./html.ts";
import { liquidSnippets } from "./liquid.ts";
import { phpSnippets } from "./php.ts";
import type { Picture, Snippet } from "./picture.ts";
import { reactSnippets } from "./react.ts";

/** Languages that code is written in. */
export const LANGUAGES: readonly {
  readonly id: string;
  readonly title: string;
  readonly write: (picture: Picture) => readonly Snippet[];
}[] = [
  { id: "html", title: "HTML", write: htmlSnippets },
  { id: "liquid", title: "Liquid", write: liquidSnippets },
  { id: "php", title: "PHP", write: phpSnippets },
  { id: "react", title: "React", write: reactSnippets },
];
