export { ConfigFault } from "./fault.ts";
export { type ConfigFile, readConfigFile, sectionOf } from "./file.ts";
export { type ConnectorPlace, readPlace } from "./place.ts";
export { type ApiKey, projectKeys, readApiKey } from "./project-keys.ts";
export {
  linesOf,
  readAddress,
  readNumber,
  readObject,
  readPort,
  readProject,
  readSecretFile,
  readSecretLines,
} from "./values.ts";
