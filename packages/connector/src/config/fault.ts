/** A fault of the configuration, as a sentence for the person who wrote it. */
export class ConfigFault extends Error {
  readonly code = "CONFIG_WRONG";
}
