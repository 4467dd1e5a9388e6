import { Button, Checkbox, Group, NumberInput, Stack } from "@mantine/core";
import { useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import { parameterIn, withParameter } from "../parameters.ts";
import classes from "../settings.module.css";

/** Formats in their order, and what is done where a URL does not say. */
export function Formats() {
  return (
    <Stack gap="lg">
      <Order />
      <Quality />
      <Field path={["gamut"]} label="Colours" />
      <Field path={["improve"]} label="Write popular pictures anew in fewer bytes, when nobody waits" />
      <Field path={["minify"]} label="Minify style sheets and scripts that func=proxy delivers" />
      <Field path={["hints", "client"]} label="Let browsers tell their size and density (client hints)" />
      <Field path={["hints", "saveData"]} label="Lower the quality where browsers save data" />
    </Stack>
  );
}

/** Which formats are negotiated, best first. */
function Order() {
  const { value, schema, set, isLocked, error } = useSetting<readonly string[]>(["formats"]);
  const usual = Array.isArray(schema?.default) ? schema.default.map(String) : [];
  const chosen = value ?? usual;
  const all = (schema?.items?.enum ?? []).map(String);
  const others = all.filter((each) => !chosen.includes(each));
  const put = (next: readonly string[]) => set(next.join() === usual.join() ? undefined : next);
  return (
    <fieldset className={classes.group} disabled={isLocked}>
      <legend>Formats, best first</legend>
      <p className={classes.hint}>
        A browser gets the first of them that it says it shows, where the URL names no format. Everybody else
        gets the original's own.
      </p>
      <ol className={classes.order}>
        {[...chosen, ...others].map((name) => {
          const at = chosen.indexOf(name);
          return (
            <li key={name}>
              <Checkbox
                label={name === "webp" ? "WebP" : name.toUpperCase()}
                checked={at >= 0}
                onChange={() => put(at >= 0 ? chosen.filter((each) => each !== name) : [...chosen, name])}
              />
              {at > 0 && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-label={`Move ${name} up`}
                  onClick={() =>
                    put([
                      ...chosen.slice(0, at - 1),
                      name,
                      ...chosen.filter((each, i) => i >= at - 1 && each !== name),
                    ])
                  }
                >
                  Up
                </Button>
              )}
            </li>
          );
        })}
      </ol>
      {error && <p className={classes.error}>{error}</p>}
    </fieldset>
  );
}

/** Quality is a parameter like every other: it stands among the defaults. */
function Quality() {
  const { value = "", set, isLocked } = useSetting<string>(["defaults"]);
  const quality = parameterIn(value, "q") ?? parameterIn(value, "quality");
  return (
    <Group align="end">
      <NumberInput
        label="Quality where the URL names none"
        description="1 to 100. It stands as q among the defaults, which the rules' page shows."
        value={quality === undefined ? "" : Number(quality)}
        placeholder="as each format is best"
        min={1}
        max={100}
        allowDecimal={false}
        readOnly={isLocked}
        onChange={(next) => {
          const rest = withParameter(value, "quality", undefined);
          set(withParameter(rest, "q", typeof next === "number" ? String(next) : undefined) || undefined);
        }}
      />
    </Group>
  );
}
