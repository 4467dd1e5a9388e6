import type { Right, Rights } from "../../api/session.ts";

/** What each right lets somebody do, as a choice. */
export const RIGHT_CHOICES: readonly { readonly value: Right; readonly label: string }[] = [
  { value: "read", label: "Read" },
  { value: "write", label: "Write" },
  { value: "admin", label: "Admin" },
];

export const RIGHT_HINT =
  "Read looks, write invalidates and warms up too, admin changes settings, keys and users too.";

/** Rights as a few words. */
export function RightText({ rights }: { readonly rights: Rights }) {
  const projects = Object.entries(rights.projects ?? {});
  const words = [
    ...(rights.installation === undefined ? [] : [`${rights.installation}, everywhere`]),
    ...projects.slice(0, 3).map(([project, right]) => `${right} in ${project}`),
    ...(projects.length > 3 ? [`${projects.length - 3} more projects`] : []),
  ];
  return <>{words.length === 0 ? "none" : words.join("; ")}</>;
}
