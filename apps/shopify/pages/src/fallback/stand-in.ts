import { SEARCH_FIELD, SELECT } from "./fields.ts";
import { BANNER, PAGE, PROGRESS, SECTION, SPINNER } from "./frames.ts";
import { IMAGE, THUMBNAIL } from "./images.ts";
import { BUTTON, LINK } from "./links.ts";
import { MODAL } from "./modal.ts";
import { ROLES } from "./roles.ts";
import { define, type Stand } from "./stand.ts";
import { TABLE } from "./table.ts";

const STANDS: Readonly<Record<string, Stand>> = {
  "s-page": PAGE,
  "s-section": SECTION,
  "s-banner": BANNER,
  "s-spinner": SPINNER,
  "s-progress": PROGRESS,
  "s-button": BUTTON,
  "s-link": LINK,
  "s-image": IMAGE,
  "s-thumbnail": THUMBNAIL,
  "s-modal": MODAL,
  "s-search-field": SEARCH_FIELD,
  "s-select": SELECT,
  "s-table": TABLE,
  ...ROLES,
};

/**
 * Where Polaris' script did not load, plain elements stand in for its own, so that the pages are laid out, read and used all the
 * same. Where it did, nothing happens. What only needs to look like something is in pages.css, under `.without-polaris`.
 */
export function standIn(): void {
  if (customElements.get("s-page") !== undefined) return;
  document.documentElement.classList.add("without-polaris");
  for (const [tag, stand] of Object.entries(STANDS)) define(tag, stand);
}
