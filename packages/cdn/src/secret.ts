/** A secret as a driver takes it: a text, or something that gives it to whoever sends it and shows it to nobody. */
export type Hidden = string | { reveal(): string };

export function reveal(secret: Hidden): string {
  return typeof secret === "string" ? secret : secret.reveal();
}
