import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { Icon } from "./icons.tsx";

const NEXT: Readonly<Record<MantineColorScheme, MantineColorScheme>> = {
  auto: "light",
  light: "dark",
  dark: "auto",
};

export const SCHEME_NAMES: Readonly<Record<MantineColorScheme, string>> = {
  auto: "as the system has it",
  light: "light",
  dark: "dark",
};

/** Light, dark, or as the system has it; kept in this browser. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Colours: ${SCHEME_NAMES[colorScheme]}. Change to ${SCHEME_NAMES[NEXT[colorScheme]]}.`}
      title={`Colours: ${SCHEME_NAMES[colorScheme]}`}
      onClick={() => setColorScheme(NEXT[colorScheme])}
    >
      <Icon name={colorScheme} />
    </ActionIcon>
  );
}
