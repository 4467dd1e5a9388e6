import { Anchor, Stack } from "@mantine/core";
import { Link } from "react-router";
import { useEditing } from "../editing.ts";
import { Field } from "../field.tsx";

/** Names of the project, and the form of its URLs. */
export function Hosts() {
  const { project } = useEditing();
  return (
    <Stack gap="lg">
      <Field
        path={["hosts"]}
        label="Hosts"
        hint={
          <>
            One a line, such as img.example.com. Every host whose first label is <code>{project}</code>{" "}
            answers for this project anyway.
          </>
        }
        placeholder="img.example.com"
      />
      <Field path={["prefix"]} label="Prefix" placeholder="https://shop.example/media" />
      <Field path={["v7"]} label="The /v7/ in front of paths" />
      <Field path={["v6"]} label="Understand URLs of the older form" />
      <Field path={["forwardQuery"]} label="Send unknown parameters on to the origin" />
      <p>
        The token of a project is its name: it is the first label of its delivery host. Keys of the REST API
        are made under{" "}
        <Anchor component={Link} underline="always" to={`/p/${encodeURIComponent(project)}/keys`}>
          API keys
        </Anchor>
        .
      </p>
    </Stack>
  );
}
