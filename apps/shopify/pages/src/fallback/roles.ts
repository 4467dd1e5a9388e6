import { type Stand, slot } from "./stand.ts";

/** Elements that only have to be known for what they are; pages.css says what they look like. */
const withRole = (role: string, more: Readonly<Record<string, string>> = {}): Stand => ({
  build(host, root) {
    for (const [name, value] of Object.entries({ role, ...more })) host.setAttribute(name, value);
    root.append(slot());
    return undefined;
  },
});

export const ROLES: Readonly<Record<string, Stand>> = {
  "s-heading": withRole("heading", { "aria-level": "3" }),
  "s-unordered-list": withRole("list"),
  "s-list-item": withRole("listitem"),
  "s-table-header-row": withRole("row"),
  "s-table-header": withRole("columnheader"),
  "s-table-body": withRole("rowgroup"),
  "s-table-row": withRole("row"),
  "s-table-cell": withRole("cell"),
};
