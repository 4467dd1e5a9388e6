import type { ReactNode } from "react";

/** Drawn for the console: 20 × 20, one line, the colour of the text beside them. */
const DRAWINGS = {
  overview: <path d="M3 10.5 10 4l7 6.5M5 9v7h10V9" />,
  invalidation: <path d="M16 10a6 6 0 1 1-2-4.5M16 3v3.5h-3.5" />,
  project: <path d="M3 5.5h5l1.5 2H17V16H3z" />,
  playground: (
    <>
      <rect x="3" y="4" width="14" height="12" rx="1.5" />
      <path d="m3.5 14 4-4 3 3 2.5-2.5 3.5 3.5" />
      <circle cx="13" cy="7.5" r="1" />
    </>
  ),
  connectors: <path d="M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3" />,
  warmup: (
    <path d="M10 17a5 5 0 0 1-5-5c0-3 3-4.5 3-8 3 1.5 4.5 4 4.5 6 .8-.5 1.2-1.2 1.5-2 .7 1 1 2.5 1 4a5 5 0 0 1-5 5z" />
  ),
  analytics: <path d="M4 16V9M8 16V4M12 16v-5M16 16V7" />,
  access: (
    <>
      <circle cx="7" cy="13" r="3" />
      <path d="m9.5 11 6.5-6.500M13 7.500l2 2" />
    </>
  ),
  instances: (
    <>
      <rect x="3" y="4" width="14" height="5" rx="1" />
      <rect x="3" y="11" width="14" height="5" rx="1" />
      <path d="M6 6.500h.01M6 13.500h.01" />
    </>
  ),
  menu: <path d="M3 5.500h14M3 10h14M3 14.500h14" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  account: (
    <>
      <circle cx="10" cy="7" r="3" />
      <path d="M4 17a6 6 0 0 1 12 0" />
    </>
  ),
  light: (
    <>
      <circle cx="10" cy="10" r="3" />
      <path d="M10 2.500v2M10 15.500v2M2.5 10h2M15.5 10h2M4.7 4.700l1.4 1.400M13.9 13.900l1.4 1.400M4.7 15.300l1.4-1.400M13.9 6.100l1.4-1.4" />
    </>
  ),
  dark: <path d="M16 11.500A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.500z" />,
  auto: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 3.500v13a6.5 6.5 0 0 0 0-13z" fill="currentColor" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

/** Decoration beside a text, or the whole of a button that has its name as a label. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {DRAWINGS[name]}
    </svg>
  );
}
