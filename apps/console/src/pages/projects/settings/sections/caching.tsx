import { Stack } from "@mantine/core";
import { Field } from "../field.tsx";

/** Lifetimes. What is invalidated is fresh at once, whatever stands here; browsers alone keep what they were told. */
export function Caching() {
  return (
    <Stack gap="lg">
      <Field path={["cache", "browser"]} label="In browsers" isSeconds />
      <Field
        path={["cache", "cdn"]}
        label="In CDN nodes"
        isSeconds
        placeholder="31536000 with nodes, else 60"
      />
      <Field
        path={["cache", "revalidate"]}
        label="Until the origin is asked whether an original changed"
        isSeconds
      />
      <Field
        path={["origins", "staleWhileRevalidate"]}
        label="An expired picture answers while its origin is asked"
        isSeconds
        placeholder="a hundredth of that, at most 60"
      />
      <Field path={["cache", "perUrl"]} label="Longest that ci_cache in a URL may ask for" isSeconds />
      <Field
        path={["origins", "staleIfError"]}
        label="An expired picture stands in while the origin fails"
        isSeconds
      />
      <Field
        path={["origins", "rememberMissing"]}
        label="A missing original is not asked for again"
        isSeconds
      />
    </Stack>
  );
}
