import { Stack } from "@mantine/core";
import { useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import { Rows } from "../rows.tsx";
import { UrlTester } from "../url-tester.tsx";

interface Rule {
  readonly match: string;
  readonly parameters: string;
}

/** Parameters that URLs have by their path, with a place to try them out. */
export function Rules() {
  const { value = [], set, isLocked } = useSetting<readonly Rule[]>(["rules"]);
  return (
    <Stack gap="lg">
      <Rows
        name="Rules"
        what="rule"
        count={value.length}
        isLocked={isLocked}
        add={() => set([...value, { match: "", parameters: "" }])}
        remove={(at) => set(value.length === 1 ? undefined : value.toSpliced(at, 1))}
        up={(at) => set(value.toSpliced(at - 1, 2, value[at] as Rule, value[at - 1] as Rule))}
        row={(at) => (
          <>
            <Field
              path={["rules", at, "match"]}
              label="Paths that contain"
              hint=""
              placeholder="_media_/teasers/"
            />
            <Field
              path={["rules", at, "parameters"]}
              label="have the parameters"
              hint=""
              placeholder="w=400&q=80"
            />
          </>
        )}
      />
      <Field path={["defaults"]} label="Parameters for every URL that says nothing else" placeholder="q=80" />
      <UrlTester />
    </Stack>
  );
}
