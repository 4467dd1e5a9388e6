import { Link, useLocation } from "react-router";
import { useUser } from "../api/session.ts";
import { GROUPS, hrefOf, isAllowed, PAGES, type PageEntry } from "../pages/index.tsx";
import { Icon } from "./icons.tsx";
import classes from "./navigation.module.css";
import { useCurrentProject } from "./place.ts";
import { ProjectSwitch } from "./project-switch.tsx";

/** Everything that whoever looks may open: of the chosen project, then of the installation. */
export function Navigation({ chosen }: { readonly chosen?: (() => void) | undefined }) {
  const user = useUser();
  const project = useCurrentProject();
  const shown = PAGES.filter((page) => page.group !== undefined && isAllowed(page, user?.rights, project));
  const inProject = shown.filter(({ need }) => typeof need === "object" && need.of === "project");
  const elsewhere = shown.filter((page) => !inProject.includes(page));
  return (
    <nav aria-label="Pages">
      <Part name="Project">
        <ProjectSwitch className={classes.switch} />
        <Links pages={inProject} project={project} chosen={chosen} />
      </Part>
      <Part name="Installation">
        <Links pages={elsewhere} project={project} chosen={chosen} />
      </Part>
    </nav>
  );
}

function Part({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className={classes.part}>
      <h2 className={classes.name}>{name}</h2>
      {children}
    </div>
  );
}

function Links({
  pages,
  project,
  chosen,
}: {
  readonly pages: readonly PageEntry[];
  readonly project: string | undefined;
  readonly chosen: (() => void) | undefined;
}) {
  const { pathname: location } = useLocation();
  if (pages.length === 0) return null;
  return (
    <ul className={classes.list}>
      {pages.map((page) => {
        const href = hrefOf(page, project);
        const isHere = location === href || (href !== "/" && location.startsWith(`${href}/`));
        return (
          <li key={page.path}>
            <Link
              to={href}
              className={classes.link ?? ""}
              onClick={chosen}
              aria-current={isHere ? "page" : undefined}
              onMouseEnter={() => void page.load().catch(() => {})}
            >
              {page.group !== undefined && <Icon name={GROUPS[page.group]} size={18} />}
              {page.title}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
