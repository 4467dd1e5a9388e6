import { isMembers, type Path } from "./paths.ts";

/** One kind of place that an alias may stand for, with the fields that people fill in for it. */
export interface AliasKind {
  readonly id: "url" | "guarded" | "s3" | "gcs" | "azure" | "folder" | "contentful" | "files";
  readonly name: string;
  /** What it begins with when it is added. */
  readonly blank: unknown;
  /** Fields below the alias, with their labels, the usual ones first. */
  readonly fields: readonly { readonly path: Path; readonly label: string; readonly placeholder?: string }[];
}

const below = (
  kind: string,
  fields: readonly (readonly [name: string, label: string, placeholder?: string])[],
): AliasKind["fields"] =>
  fields.map(([name, label, placeholder]) => ({
    path: [kind, name],
    label,
    ...(placeholder !== undefined && { placeholder }),
  }));

/** In the order of how often they are meant. */
export const ALIAS_KINDS: readonly AliasKind[] = [
  {
    id: "url",
    name: "A website or folder of one",
    blank: "https://",
    fields: [{ path: [], label: "Address", placeholder: "https://shop.example/media" }],
  },
  {
    id: "guarded",
    name: "A website with a password",
    blank: { url: "https://", user: "" },
    fields: [
      { path: ["url"], label: "Address", placeholder: "https://dam.example/files" },
      { path: ["user"], label: "User name" },
      { path: ["password"], label: "Password" },
    ],
  },
  {
    id: "s3",
    name: "A bucket of Amazon S3, MinIO or another store that speaks S3",
    blank: { s3: { bucket: "", region: "us-east-1" } },
    fields: below("s3", [
      ["bucket", "Bucket", "media"],
      ["region", "Region", "eu-central-1"],
      ["endpoint", "Address of the store", "Amazon's, unless written"],
      ["prefix", "Beginning of keys", "2026/media"],
      ["accessKeyId", "Access key id"],
      ["secretAccessKey", "Secret access key"],
      ["pathStyle", "The bucket is in the path"],
    ]),
  },
  {
    id: "gcs",
    name: "A bucket of Google Cloud Storage",
    blank: { gcs: { bucket: "" } },
    fields: below("gcs", [
      ["bucket", "Bucket", "media"],
      ["prefix", "Beginning of keys"],
      ["key", "Key of a service account (JSON)"],
      ["accessKeyId", "Access key id"],
      ["secretAccessKey", "Secret access key"],
      ["endpoint", "Address of the store", "Google's, unless written"],
    ]),
  },
  {
    id: "azure",
    name: "A container of Azure Blob Storage",
    blank: { azure: { account: "", container: "" } },
    fields: below("azure", [
      ["account", "Account", "shop"],
      ["container", "Container", "photos"],
      ["prefix", "Beginning of keys"],
      ["accountKey", "Key of the account"],
      ["sas", "Shared access signature"],
      ["endpoint", "Address of the account", "Azure's, unless written"],
    ]),
  },
  {
    id: "files",
    name: "Files that are uploaded here",
    blank: { files: true },
    fields: [],
  },
  {
    id: "folder",
    name: "A folder of the server's data folder",
    blank: { folder: "" },
    fields: [{ path: ["folder"], label: "Folder", placeholder: "pictures" }],
  },
  {
    id: "contentful",
    name: "A space of Contentful",
    blank: { contentful: { connector: "" } },
    fields: below("contentful", [
      ["connector", "Address of the connector", "http://127.0.0.1:8082"],
      ["token", "Token of its resolver"],
      ["hosts", "Hosts of files", "ctfassets.net"],
    ]),
  },
];

/** Which kind a place is; undefined for what no kind is like. */
export function kindOf(target: unknown): AliasKind | undefined {
  const id = typeof target === "string" ? "url" : isMembers(target) ? idOf(target) : undefined;
  return ALIAS_KINDS.find((each) => each.id === id);
}

function idOf(target: object): string | undefined {
  return "url" in target
    ? "guarded"
    : ["s3", "gcs", "azure", "folder", "contentful", "files"].find((key) => key in target);
}

/** Where it is, in one line without secrets. */
export function describeTarget(target: unknown): string {
  if (typeof target === "string") return target;
  if (!isMembers(target)) return "";
  const inner = [target.s3, target.gcs, target.azure, target.contentful].find(isMembers) ?? target;
  const { url, user, bucket, account, container, folder, files, connector, prefix, endpoint } = inner;
  if (files === true) return "the project's own files";
  const parts = [endpoint, account, bucket ?? container ?? folder ?? connector ?? url, prefix].filter(
    (each) => typeof each === "string" && each !== "",
  );
  return parts.join(" / ") + (typeof user === "string" && user !== "" ? ` as ${user}` : "");
}
