import type { Call, OptionSpec } from "./command.ts";
import { secretOf } from "./connection.ts";
import { CliError, usage } from "./exits.ts";
import { loadProjects } from "./local-projects.ts";

/** Where the salt comes from. */
export const SALT_OPTIONS = {
  "salt-file": {
    value: "file",
    summary: "File that holds the salt. Default: FRESHET_SALT or FRESHET_SALT_FILE, else the configuration.",
  },
  salt: {
    value: "text",
    summary:
      "The salt itself. Better not: other users of the machine can read command lines, and shells keep them.",
  },
  project: {
    value: "name",
    summary: "Project of the configuration file whose salt is used. Default: the only one.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The salt to sign with: of several lines the first, as everywhere. */
export async function saltOf(call: Call): Promise<string> {
  const { option, io } = call;
  const given = await secretOf(call, "salt", "FRESHET_SALT");
  if (given.text !== undefined) {
    const first = given.text.split(/\r?\n/).find((line) => line !== "") ?? "";
    if (first.length >= 4 && first.length <= 500) return first;
    throw usage(`${given.place} holds no salt: 4 to 500 characters.`);
  }
  const projects = await loadProjects(io);
  const name = option("project");
  const project =
    name === undefined && projects.length === 1 ? projects[0] : projects.find((each) => each.name === name);
  if (!project) {
    throw usage(
      `${name === undefined ? "--project is missing" : "--project is unknown here"}; the configuration has ${projects.map((each) => each.name).join(", ")}.`,
    );
  }
  const [salt] = project.security?.salts ?? [];
  if (salt) return salt.reveal();
  throw new CliError(
    "FAILED",
    `The project ${project.name} has no salt in the configuration. Give one by --salt-file.`,
  );
}
