import { Button } from "@mantine/core";
import { say } from "./say.tsx";

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, as in "Copy the link". */
  readonly what: string;
  /** Shown on the button; "Copy" where nothing is said. */
  readonly label?: string;
}

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, what, label = "Copy" }: CopyButtonProps) {
  const copy = async () => {
    try {
      await write(text);
      say("Copied.");
    } catch {
      say("This browser does not let pages copy. Mark the text and copy it yourself.", "warn");
    }
  };
  return (
    <Button variant="default" size="xs" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {label}
    </Button>
  );
}

/** Without https browsers have no clipboard for pages, but still the old command. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!isDone) throw new Error("refused");
}
