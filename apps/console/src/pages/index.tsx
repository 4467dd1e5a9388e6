import type { ComponentType } from "react";
import { mayDo, type Right, type Rights } from "../api/session.ts";
import type { IconName } from "../shell/icons.tsx";

/** Groups of the navigation, in its order, each with its icon. */
export const GROUPS = {
  Overview: "overview",
  Invalidation: "invalidation",
  Projects: "project",
  Playground: "playground",
  Connectors: "connectors",
  "Warm-up": "warmup",
  Analytics: "analytics",
  Instances: "instances",
  Access: "access",
} as const satisfies Readonly<Record<string, IconName>>;

/** A page of the console. What is inside is loaded when it is opened. */
export interface PageEntry {
  /** Below /console, as react-router reads it; with "/*" at the end the page reads the rest of the address itself. */
  readonly path: string;
  readonly title: string;
  /** Absent for pages that no link of the navigation leads to. */
  readonly group?: keyof typeof GROUPS;
  /** Pages of a project have "/p/:project/" in front of their path. */
  readonly need: "public" | "signed-in" | { readonly right: Right; readonly of: "project" | "installation" };
  readonly load: () => Promise<ComponentType>;
}

/** Every page, in the order of the navigation: a new one is a line here. */
export const PAGES: readonly PageEntry[] = [
  {
    path: "/",
    title: "Overview",
    group: "Overview",
    need: "signed-in",
    load: () => import("./overview/overview.tsx").then((page) => page.Overview),
  },
  {
    path: "/p/:project/invalidation/*",
    title: "Invalidation",
    group: "Invalidation",
    need: { right: "read", of: "project" },
    load: () => import("./invalidation/invalidation.tsx").then((page) => page.Invalidation),
  },
  {
    path: "/projects",
    title: "All projects",
    group: "Projects",
    need: "signed-in",
    load: () => import("./projects/list.tsx").then((page) => page.ProjectList),
  },
  {
    path: "/projects/new",
    title: "New project",
    need: { right: "admin", of: "installation" },
    load: () => import("./projects/create.tsx").then((page) => page.CreateProject),
  },
  {
    path: "/p/:project/settings/*",
    title: "Settings",
    group: "Projects",
    need: { right: "read", of: "project" },
    load: () => import("./projects/settings/settings-page.tsx").then((page) => page.SettingsPage),
  },
  {
    path: "/p/:project/versions",
    title: "Versions",
    group: "Projects",
    need: { right: "read", of: "project" },
    load: () => import("./projects/versions.tsx").then((page) => page.Versions),
  },
  {
    path: "/nodes",
    title: "CDN nodes",
    group: "Projects",
    need: "signed-in",
    load: () => import("./projects/nodes.tsx").then((page) => page.Nodes),
  },
  {
    path: "/p/:project/playground",
    title: "Playground",
    group: "Playground",
    need: { right: "read", of: "project" },
    load: () => import("./playground/playground.tsx").then((page) => page.Playground),
  },
  {
    path: "/p/:project/connectors",
    title: "Connectors",
    group: "Connectors",
    need: { right: "read", of: "project" },
    load: () => import("./connectors/connectors.tsx").then((page) => page.Connectors),
  },
  {
    path: "/p/:project/connectors/:id",
    title: "Connector",
    need: { right: "read", of: "project" },
    load: () => import("./connectors/connector.tsx").then((page) => page.Connector),
  },
  {
    path: "/instances",
    title: "Instances",
    group: "Instances",
    need: "signed-in",
    load: () => import("./instances/instances.tsx").then((page) => page.Instances),
  },
  {
    path: "/p/:project/warmup/*",
    title: "Warm-up",
    group: "Warm-up",
    need: { right: "read", of: "project" },
    load: () => import("./warm-up/warm-ups.tsx").then((page) => page.WarmUps),
  },
  {
    path: "/p/:project/analytics/*",
    title: "Analytics",
    group: "Analytics",
    need: { right: "read", of: "project" },
    load: () => import("./analytics/analytics.tsx").then((page) => page.Analytics),
  },
  {
    path: "/analytics/*",
    title: "Analytics",
    group: "Analytics",
    need: { right: "read", of: "installation" },
    load: () => import("./analytics/analytics.tsx").then((page) => page.Analytics),
  },
  {
    path: "/users/*",
    title: "Users",
    group: "Access",
    need: { right: "admin", of: "installation" },
    load: () => import("./access/users.tsx").then((page) => page.Users),
  },
  {
    path: "/keys",
    title: "API keys",
    group: "Access",
    need: { right: "admin", of: "installation" },
    load: () => import("./access/keys.tsx").then((page) => page.Keys),
  },
  {
    path: "/audit",
    title: "Audit log",
    group: "Access",
    need: { right: "admin", of: "installation" },
    load: () => import("./access/audit.tsx").then((page) => page.Audit),
  },
  {
    path: "/p/:project/keys",
    title: "API keys",
    group: "Access",
    need: { right: "admin", of: "project" },
    load: () => import("./access/keys.tsx").then((page) => page.Keys),
  },
  {
    path: "/p/:project/audit",
    title: "Audit log",
    group: "Access",
    need: { right: "admin", of: "project" },
    load: () => import("./access/audit.tsx").then((page) => page.Audit),
  },
  {
    path: "/profile",
    title: "Profile",
    need: "signed-in",
    load: () => import("./access/profile.tsx").then((page) => page.Profile),
  },
  {
    path: "/sign-in",
    title: "Sign in",
    need: "public",
    load: () => import("./access/sign-in.tsx").then((page) => page.SignIn),
  },
  {
    path: "/setup",
    title: "Set up Freshet",
    need: "public",
    load: () => import("./access/setup.tsx").then((page) => page.Setup),
  },
  {
    path: "/invitation",
    title: "Choose your password",
    need: "public",
    load: () => import("./access/invitation.tsx").then((page) => page.InvitationPage),
  },
];

/** Whether who has these rights may open the page, of this project where it is one of a project. */
export function isAllowed(
  { need }: PageEntry,
  rights: Rights | undefined,
  project: string | undefined,
): boolean {
  if (need === "public") return true;
  if (need === "signed-in") return rights !== undefined;
  if (need.of === "installation") return mayDo(rights, need.right);
  return project !== undefined && mayDo(rights, need.right, project);
}

/** Where a link to the page leads. */
export function hrefOf({ path }: PageEntry, project: string | undefined): string {
  return path.replace("/*", "").replace(":project", encodeURIComponent(project ?? ""));
}
