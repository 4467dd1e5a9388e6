import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Notice } from "../pieces/notice.tsx";

interface Props {
  readonly children: ReactNode;
  /** Another place is another try. */
  readonly place: string;
}

interface State {
  readonly error: unknown;
  readonly place: string;
}

/** A page that breaks leaves the rest of the console in use. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error ?? new Error("Nothing was thrown.") };
  }

  static getDerivedStateFromProps({ place }: Props, state: State): Partial<State> | null {
    return place === state.place ? null : { place, error: undefined };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const isOutdated = /dynamically imported module|module script/i.test(String(error));
    return (
      <Notice kind="bad" title={isOutdated ? "The console was updated meanwhile." : "This page broke."}>
        <p>
          {isOutdated
            ? "Load it again to go on with the new one."
            : `Load it again; if it breaks again, tell whoever looks after this Freshet: ${String(error)}`}
        </p>
        <Button variant="default" onClick={() => window.location.reload()}>
          Load again
        </Button>
      </Notice>
    );
  }
}
