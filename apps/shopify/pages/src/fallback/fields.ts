import { h } from "../element.ts";
import { type Stand, textOf } from "./stand.ts";

const STYLE = `
  :host { display: block; }
  label { display: grid; gap: .25rem; }
  input, select { padding: .375rem .5rem; border: 1px solid #8a8a8a; border-radius: .5rem; background: #fdfdfd; color: inherit; width: 100%; min-height: 2.25rem; }
`;

/** `value` of the element is that of the field inside; what is told inside is told outside. */
function join(host: HTMLElement, field: HTMLInputElement | HTMLSelectElement): void {
  Object.defineProperty(host, "value", {
    get: () => field.value,
    set: (value: string) => {
      field.value = value;
    },
  });
  // "input" gets out of the shadow by itself.
  field.addEventListener("change", () => host.dispatchEvent(new Event("change", { bubbles: true })));
}

export const SEARCH_FIELD: Stand = {
  style: STYLE,
  build(host, root) {
    const input = h("input", {
      type: "search",
      placeholder: textOf(host, "placeholder"),
      maxlength: textOf(host, "maxlength") || undefined,
    }) as HTMLInputElement;
    input.value = textOf(host, "value");
    root.append(h("label", {}, h("span", {}, textOf(host, "label")), input));
    join(host, input);
    return undefined;
  },
};

export const SELECT: Stand = {
  style: STYLE,
  build(host, root) {
    const options = [...host.querySelectorAll("s-option")];
    const select = h(
      "select",
      {},
      options.map((option) => h("option", { value: textOf(option, "value") }, option.textContent)),
    ) as HTMLSelectElement;
    select.value = textOf(host, "value");
    root.append(h("label", {}, h("span", {}, textOf(host, "label")), select));
    join(host, select);
    return undefined;
  },
};
