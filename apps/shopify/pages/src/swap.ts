/** Shows these in the place instead of what was there; whoever was focused still is, where something has the same `data-key`. */
export function swap(place: Element, nodes: readonly Node[]): void {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.closest("[data-key]")?.getAttribute("data-key");
  place.replaceChildren(...nodes);
  if (typeof key === "string")
    place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
