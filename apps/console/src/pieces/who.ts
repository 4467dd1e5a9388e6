/** Of whoever did something, what people know them by: of a user the address alone. Keys and programs keep their names. */
export const whoOf = (principal: string): string =>
  /^user \S+ \((\S+@\S+)\)$/.exec(principal)?.[1] ?? principal;
