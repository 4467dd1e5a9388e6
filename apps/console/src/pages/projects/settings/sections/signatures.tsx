import { Button, Checkbox, Group, Stack } from "@mantine/core";
import { useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import classes from "../settings.module.css";
import { SignTester } from "../sign-tester.tsx";

/** Salt and kinds of signatures, sizes of unsigned URLs, and a place to make a signed one. */
export function Signatures() {
  const { value, set, isLocked } = useSetting<object>(["security"]);
  return (
    <Stack gap="lg">
      {value === undefined ? (
        <div>
          <p>URLs of this project are not signed: whoever knows an original may ask for it in any form.</p>
          {!isLocked && (
            <Button variant="default" size="xs" onClick={() => set({ salt: newSalt() })}>
              Sign with a new salt
            </Button>
          )}
        </div>
      ) : (
        <>
          <Field path={["security", "salt"]} label="Salt" />
          <Field path={["security", "unsigned"]} label="URLs without a signature are to be" />
          <Kinds />
          <Field path={["security", "shortest"]} label="Fewest digits of ci_sign and ci_seal" />
          {!isLocked && (
            <Group>
              <Button variant="default" size="xs" onClick={() => set({ ...value, salt: newSalt() })}>
                Make a new salt
              </Button>
              <Button variant="subtle" color="red" size="xs" onClick={() => set(undefined)}>
                Stop signing
              </Button>
            </Group>
          )}
        </>
      )}
      <fieldset className={classes.group}>
        <legend>Sizes that unsigned URLs may ask for</legend>
        <Field path={["sizes", "widths"]} label="Widths" rows={2} placeholder="320" />
        <Field path={["sizes", "heights"]} label="Heights" rows={2} />
        <Field path={["sizes", "step"]} label="Multiples of" />
        <Field path={["sizes", "outside"]} label="Other sizes" />
      </fieldset>
      <SignTester />
    </Stack>
  );
}

/** 32 characters that nobody can guess; they are shown until they are saved. */
function newSalt(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_");
}

const KINDS = {
  fr_sig: "fr_sig: HMAC-SHA-256, may end at a time",
  ci_sign: "ci_sign: Cloudimage's, over everything",
  ci_seal: "ci_seal: Cloudimage's, over what is sealed",
} as const;

function Kinds() {
  const all = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const { value = all, set, isLocked, error } = useSetting<readonly string[]>(["security", "accept"]);
  return (
    <fieldset className={classes.group} disabled={isLocked}>
      <legend>Signatures that are taken</legend>
      {all.map((kind) => (
        <Checkbox
          key={kind}
          label={KINDS[kind]}
          checked={value.includes(kind)}
          onChange={(event) => {
            const next = all.filter((each) =>
              each === kind ? event.currentTarget.checked : value.includes(each),
            );
            set(next.length === all.length ? undefined : next);
          }}
        />
      ))}
      {error && <p className={classes.error}>{error}</p>}
    </fieldset>
  );
}
