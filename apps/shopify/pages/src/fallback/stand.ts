/** How one element of Polaris is stood in for. */
export interface Stand {
  /** Its attributes that may change while it is shown. */
  readonly watches?: readonly string[];
  readonly style?: string;
  /** Builds its inside once, and answers what brings it up to date with its attributes. */
  build(host: HTMLElement, root: ShadowRoot): (() => void) | undefined;
}

const COMMON = `
:host { box-sizing: border-box; }
*, *::before { box-sizing: border-box; font: inherit; }
:focus-visible { outline: 2px solid #005bd3; outline-offset: 2px; border-radius: 4px; }
`;

export function define(tag: string, stand: Stand): void {
  customElements.define(
    tag,
    class extends HTMLElement {
      static readonly observedAttributes = stand.watches ?? [];
      #update: (() => void) | undefined;
      #isBuilt = false;

      connectedCallback(): void {
        if (this.#isBuilt) return;
        this.#isBuilt = true;
        const root = this.attachShadow({ mode: "open", delegatesFocus: true });
        const style = document.createElement("style");
        style.textContent = COMMON + (stand.style ?? "");
        root.append(style);
        this.#update = stand.build(this, root);
        this.#update?.();
      }

      attributeChangedCallback(): void {
        this.#update?.();
      }
    },
  );
}

export const slot = (name?: string): HTMLSlotElement => {
  const element = document.createElement("slot");
  if (name !== undefined) element.name = name;
  return element;
};

/** What an attribute says; empty where it is not there. */
export const textOf = (host: Element, name: string): string => host.getAttribute(name) ?? "";
