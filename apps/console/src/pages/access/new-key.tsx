import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useSend } from "../../api/hooks.ts";
import type { Right } from "../../api/session.ts";
import { Problem } from "../../pieces/states.tsx";
import classes from "./access.module.css";
import { RIGHT_CHOICES, RIGHT_HINT } from "./right-text.tsx";

const DAY_MS = 86_400_000;
const LIVES = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
] as const;

export interface NewKeyProps {
  /** The list that it comes into. */
  readonly where: string;
  readonly isOpen: boolean;
  readonly closed: () => void;
  /** Gets the key, which is shown this once. */
  readonly made: (key: string) => void;
}

/** Asks what a new key is for, and makes it. */
export function NewKey({ where, isOpen, closed, made }: NewKeyProps) {
  const [name, setName] = useState("");
  const [right, setRight] = useState<Right>("write");
  const [days, setDays] = useState("");
  const make = useSend<{ readonly key: string }, object>(
    (body) => ({ method: "POST", where, body }),
    [where],
  );
  const close = () => {
    setName("");
    make.reset();
    closed();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="New API key"
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const ends =
            days === "" ? {} : { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() };
          const done = ({ key }: { readonly key: string }) => {
            made(key);
            close();
          };
          make.mutate({ name: name.trim(), right, ...ends }, { onSuccess: done });
        }}
      >
        <TextInput
          label="What it is for"
          description="For whoever reads the list."
          placeholder="deploy"
          required
          withAsterisk={false}
          maxLength={100}
          value={name}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label="Right"
          description={RIGHT_HINT}
          data={[...RIGHT_CHOICES]}
          value={right}
          onChange={(event) => setRight(event.currentTarget.value as Right)}
        />
        <NativeSelect
          label="Ends"
          data={[...LIVES]}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        {make.error && <Problem error={make.error} />}
        <Button type="submit" loading={make.isPending}>
          Make the key
        </Button>
      </form>
    </Modal>
  );
}
