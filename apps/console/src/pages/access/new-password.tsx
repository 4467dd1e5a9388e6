import { PasswordInput } from "@mantine/core";

/** As the server has it: length is what makes a password strong (NIST SP 800-63B). */
const SHORTEST = 12;

export interface NewPasswordProps {
  readonly value: string;
  readonly label?: string;
  readonly changed: (password: string) => void;
}

/** A field for a new password. What is wrong with it in the end, the server says. */
export function NewPassword({ value, label = "New password", changed }: NewPasswordProps) {
  const missing = SHORTEST - [...value].length;
  return (
    <PasswordInput
      label={label}
      name="new-password"
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={SHORTEST}
      description={
        missing > 0 && value !== ""
          ? `${missing} more ${missing === 1 ? "character" : "characters"}.`
          : `${SHORTEST} characters or more; a few words are easy to keep.`
      }
      value={value}
      onChange={(event) => changed(event.currentTarget.value)}
    />
  );
}
