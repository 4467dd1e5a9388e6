import { Button, Group, Modal, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { ApiError } from "../api/error.ts";
import { Problem } from "./states.tsx";

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What will happen, and what it costs. */
  readonly children: ReactNode;
  /** What is done, as the button says it: "Remove the user". */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Has to be typed first; for what cannot be undone. */
  readonly typed?: string;
  readonly isBusy?: boolean;
  readonly error?: ApiError | null;
  readonly confirmed: () => void;
  readonly closed: () => void;
}

/** Asks before something is done that somebody could regret. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    isOpen,
    title,
    children,
    action,
    isDangerous = false,
    typed,
    isBusy = false,
    error,
    confirmed,
    closed,
  } = props;
  const [text, setText] = useState("");
  const close = () => {
    setText("");
    closed();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
      overlayProps={{ backgroundOpacity: 0.5 }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === undefined || text === typed) confirmed();
        }}
      >
        {children}
        {typed !== undefined && (
          <TextInput
            mt="md"
            label={`Type ${typed} to go on`}
            value={text}
            autoComplete="off"
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {error && <Problem error={error} />}
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={close} data-autofocus={typed === undefined || undefined}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={isBusy}
            disabled={typed !== undefined && text !== typed}
            {...(isDangerous && { color: "red.9" })}
          >
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
