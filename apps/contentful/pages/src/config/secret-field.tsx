import { Button } from "@contentful/f36-button";
import { FormControl, TextInput } from "@contentful/f36-forms";
import type { ReactNode } from "react";
import type { ShownSecret } from "../api/shapes.ts";

interface SecretFieldProps {
  readonly label: string;
  readonly help: ReactNode;
  /** Secrets that are kept; of each no more than its end is known here. */
  readonly kept: readonly (ShownSecret & { readonly note?: string; readonly drop?: () => void })[];
  readonly value: string;
  readonly fault: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (value: string) => void;
}

/** A secret that can be written and never read: left empty it stays as it is. */
export function SecretField({ label, help, kept, value, fault, isDisabled, onChange }: SecretFieldProps) {
  return (
    <FormControl isInvalid={fault !== undefined} isDisabled={isDisabled}>
      <FormControl.Label>{label}</FormControl.Label>
      <TextInput
        type="password"
        autoComplete="off"
        value={value}
        placeholder={kept.length > 0 ? "Unchanged" : ""}
        onChange={({ target }) => onChange(target.value)}
      />
      <FormControl.HelpText>{help}</FormControl.HelpText>
      {fault !== undefined && <FormControl.ValidationMessage>{fault}</FormControl.ValidationMessage>}
      {kept.length > 0 && (
        <ul className="kept">
          {kept.map(({ last4, fingerprint, note, drop }) => (
            <li key={fingerprint}>
              <span>
                … {last4} <span className="quiet">({[fingerprint, ...(note ? [note] : [])].join(", ")})</span>
              </span>
              {drop && (
                <Button
                  size="small"
                  variant="transparent"
                  isDisabled={isDisabled}
                  onClick={drop}
                  aria-label={`Drop the secret that ends in ${last4}`}
                >
                  Drop
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </FormControl>
  );
}
