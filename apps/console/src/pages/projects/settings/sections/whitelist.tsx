import { Stack } from "@mantine/core";
import { Notice } from "../../../../pieces/notice.tsx";
import { useSetting } from "../editing.ts";
import { Field } from "../field.tsx";

/** Hosts that originals may be fetched from by their whole address. */
export function Whitelist() {
  const { value = [] } = useSetting<readonly string[]>(["origins", "allow"]);
  return (
    <Stack gap="lg">
      {Array.isArray(value) && value.includes("*") && (
        <Notice kind="warn" title="Every public host is open.">
          Anybody can have any picture of the internet delivered by this project. Sign URLs, or list the
          hosts.
        </Notice>
      )}
      <Field
        path={["origins", "allow"]}
        label="Allowed hosts"
        hint="One a line; each covers its subdomains and, without a port, every port. A single * is every public host. Empty: only aliases and the prefix."
        placeholder="shop.example"
        rows={5}
      />
      <Field path={["origins", "allowPrivate"]} label="Private addresses may be reached" />
    </Stack>
  );
}
