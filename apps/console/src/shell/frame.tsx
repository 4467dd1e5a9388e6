import { ActionIcon } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "react-router";
import { AccountMenu } from "./account-menu.tsx";
import classes from "./frame.module.css";
import icon from "./icon.svg";
import { Icon } from "./icons.tsx";
import { Navigation } from "./navigation.tsx";
import { SchemeSwitch } from "./scheme-switch.tsx";

/** What is around every page of somebody who is signed in. Where it is narrow, the navigation is a drawer. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const drawer = useRef<HTMLDialogElement>(null);
  const { pathname: location } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer has done its work when another page is there.
  useEffect(() => drawer.current?.close(), [location]);
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <header className={classes.head}>
        <ActionIcon
          className={classes.menu ?? ""}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Pages"
          aria-haspopup="dialog"
          onClick={() => drawer.current?.showModal()}
        >
          <Icon name="menu" />
        </ActionIcon>
        <Link to="/" className={classes.brand ?? ""}>
          <img src={icon} alt="" />
          Freshet
        </Link>
        <span className={classes.space} />
        <SchemeSwitch />
        <AccountMenu />
      </header>
      <div className={classes.side}>
        <Navigation />
      </div>
      <dialog ref={drawer} className={classes.drawer} aria-label="Pages" {...{ closedby: "any" }}>
        <div className={classes.drawerHead}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Close"
            onClick={() => drawer.current?.close()}
          >
            <Icon name="close" />
          </ActionIcon>
        </div>
        <Navigation chosen={() => drawer.current?.close()} />
      </dialog>
      <main id="main" tabIndex={-1} className={classes.main}>
        <div className={classes.column}>{children}</div>
      </main>
    </div>
  );
}
