import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

// Every pair of text and ground below has a contrast of 4.5 : 1 or more; Mantine's own greys have less.

const RIVER: MantineColorsTuple = [
  "#edf7fb",
  "#d9edf5",
  "#b0daea",
  "#83c5de",
  "#5cb3d4",
  "#3a9fc6",
  "#1a85b0",
  "#0b6e99",
  "#095b80",
  "#074863",
];

/** From text to ground, of the dark scheme. */
const SLATE: MantineColorsTuple = [
  "#dde3ea",
  "#c2cbd6",
  "#9ba7b6",
  "#7d8a9a",
  "#465262",
  "#364150",
  "#2a333f",
  "#1b222b",
  "#151b22",
  "#0f141a",
];

const SYSTEM = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const THEME = createTheme({
  primaryColor: "river",
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  colors: { river: RIVER, dark: SLATE },
  fontFamily: SYSTEM,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  headings: { fontFamily: SYSTEM, fontWeight: "600" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Colours by what they are for. Pages use these names, or Mantine's own. */
export const COLOURS: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "#1b2530",
    "--mantine-color-dimmed": "#586573",
    "--mantine-color-placeholder": "#6b7785",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#0b6e99",
    "--mantine-color-default-border": "#cfd7df",
    "--freshet-ground": "#f5f7f9",
    "--freshet-line": "#e0e6ec",
    "--freshet-good": "#147a45",
    "--freshet-busy": "#0b6e99",
    "--freshet-warn": "#915b00",
    "--freshet-bad": "#b42318",
    "--freshet-idle": "#586573",
    "--freshet-good-ground": "#e7f5ed",
    "--freshet-busy-ground": "#e6f3f9",
    "--freshet-warn-ground": "#fdf3e0",
    "--freshet-bad-ground": "#fdecea",
    "--freshet-idle-ground": "#eef1f4",
  },
  dark: {
    "--mantine-color-dimmed": "#9ba7b6",
    "--mantine-color-placeholder": "#8b98a8",
    "--mantine-color-error": "#ff9a8f",
    "--mantine-color-anchor": "#6cc0de",
    "--freshet-ground": "#151b22",
    "--freshet-line": "#2f3945",
    "--freshet-good": "#62d394",
    "--freshet-busy": "#6cc0de",
    "--freshet-warn": "#f0b95a",
    "--freshet-bad": "#ff9a8f",
    "--freshet-idle": "#9ba7b6",
    "--freshet-good-ground": "#143325",
    "--freshet-busy-ground": "#12303d",
    "--freshet-warn-ground": "#3a2c10",
    "--freshet-bad-ground": "#41201d",
    "--freshet-idle-ground": "#262f3a",
  },
});
