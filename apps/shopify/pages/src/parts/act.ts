import { Problem } from "../ask.ts";
import { tell } from "../bridge.ts";

/** Does what a button is for: once at a time, shown by the button, told when it is done or why it was not. */
export async function act(
  button: HTMLElement | undefined,
  done: string,
  work: () => Promise<unknown>,
): Promise<void> {
  if (button?.hasAttribute("loading") === true) return;
  button?.setAttribute("loading", "");
  try {
    await work();
    tell(done);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    tell(thrown.detail === undefined ? thrown.message : `${thrown.message} ${thrown.detail}`, true);
  } finally {
    button?.removeAttribute("loading");
  }
}

/** The button that was clicked. */
export const clicked = (event: Event): HTMLElement | undefined =>
  event.currentTarget instanceof HTMLElement ? event.currentTarget : undefined;
