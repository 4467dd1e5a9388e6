import type { Command } from "./command.ts";
import { config } from "./commands/config.ts";
import { configCheck } from "./commands/config-check.ts";
import { health } from "./commands/health.ts";
import { invalidate } from "./commands/invalidate.ts";
import { keysCreate } from "./commands/keys-create.ts";
import { keysList } from "./commands/keys-list.ts";
import { keysRevoke } from "./commands/keys-revoke.ts";
import { log } from "./commands/log.ts";
import { migrate } from "./commands/migrate.ts";
import { observe } from "./commands/observe.ts";
import { projectsCreate } from "./commands/projects-create.ts";
import { projectsDelete } from "./commands/projects-delete.ts";
import { projectsGet } from "./commands/projects-get.ts";
import { projectsList } from "./commands/projects-list.ts";
import { projectsRestore } from "./commands/projects-restore.ts";
import { projectsSet } from "./commands/projects-set.ts";
import { projectsVersions } from "./commands/projects-versions.ts";
import { retry } from "./commands/retry.ts";
import { serve } from "./commands/serve.ts";
import { urlBuild } from "./commands/url-build.ts";
import { urlExplain } from "./commands/url-explain.ts";
import { urlSeal } from "./commands/url-seal.ts";
import { urlSign } from "./commands/url-sign.ts";
import { usersAdd } from "./commands/users-add.ts";
import { usersList } from "./commands/users-list.ts";
import { usersRemove } from "./commands/users-remove.ts";
import { usersReset } from "./commands/users-reset.ts";

/** All commands, in the order of help and reference. */
export const COMMANDS: readonly Command[] = [
  serve,
  config,
  configCheck,
  migrate,
  health,
  projectsList,
  projectsGet,
  projectsCreate,
  projectsSet,
  projectsDelete,
  projectsVersions,
  projectsRestore,
  keysCreate,
  keysList,
  keysRevoke,
  usersList,
  usersAdd,
  usersReset,
  usersRemove,
  invalidate,
  log,
  retry,
  observe,
  urlBuild,
  urlSign,
  urlSeal,
  urlExplain,
];
