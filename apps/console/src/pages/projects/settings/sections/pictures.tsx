import { Stack } from "@mantine/core";
import { Field } from "../field.tsx";
import { Files } from "../files.tsx";

/** The project's own pictures, and what they are used for. */
export function Pictures() {
  return (
    <Stack gap="lg">
      <Files />
      <Field path={["watermark"]} label="Watermark" placeholder="_files_/logo.png" />
      <Field path={["missing", "file"]} label="Placeholder: an uploaded file" placeholder="missing.png" />
      <Field path={["missing", "status"]} label="Status of the answer where an original is missing" />
    </Stack>
  );
}
