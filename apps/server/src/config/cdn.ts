import type { CdnConfig } from "@freshet/cdn/registry";
import type { Secret } from "../secrets/secret.ts";
import type { ReadSecret, Report } from "./reading.ts";
import type { CdnSection } from "./sections/cdn.ts";

/** The nodes as their drivers take them, with secrets read; those about which something was reported are left out. */
export async function readCdn(
  sections: readonly CdnSection[],
  secretOf: ReadSecret,
  report: Report,
): Promise<readonly CdnConfig[]> {
  checkNodes(sections, report);
  const read = await Promise.all(
    sections.map((section, index) => readEntry(`cdn[${index}]`, section, secretOf, report)),
  );
  return read.filter((each) => each !== undefined);
}

async function readEntry(
  place: string,
  section: CdnSection,
  secretOf: ReadSecret,
  report: Report,
): Promise<CdnConfig | undefined> {
  /** A secret that must be there. */
  const needed = async (name: string, inline?: string, file?: string): Promise<Secret | undefined> => {
    if (inline === undefined && file === undefined)
      report(`${place} has no ${name}; write ${name} or ${name}File.`);
    return secretOf(place, name, inline, file);
  };
  switch (section.driver) {
    case "nginx":
    case "varnish":
      return { driver: section.driver, nodes: section.nodes };
    case "fastly":
    case "cloudflare": {
      const { token: inline, tokenFile, ...rest } = section;
      const token = await needed("token", inline, tokenFile);
      return token && { ...rest, token };
    }
    case "bunny": {
      const { accessKey: inline, accessKeyFile, ...rest } = section;
      const accessKey = await needed("accessKey", inline, accessKeyFile);
      return accessKey && { ...rest, accessKey };
    }
    case "keycdn": {
      const { apiKey: inline, apiKeyFile, ...rest } = section;
      const apiKey = await needed("apiKey", inline, apiKeyFile);
      return apiKey && { ...rest, apiKey };
    }
    case "cloudimage": {
      const { key: inline, keyFile, ...rest } = section;
      const key = await needed("key", inline, keyFile);
      return key && { ...rest, key };
    }
    case "akamai": {
      const { clientTokenFile, clientSecretFile, accessTokenFile, ...rest } = section;
      const clientToken = await needed("clientToken", section.clientToken, clientTokenFile);
      const clientSecret = await needed("clientSecret", section.clientSecret, clientSecretFile);
      const accessToken = await needed("accessToken", section.accessToken, accessTokenFile);
      if (!clientToken || !clientSecret || !accessToken) return undefined;
      return { ...rest, clientToken, clientSecret, accessToken };
    }
    case "google": {
      const { key: inline, keyFile, ...rest } = section;
      if (inline === undefined && keyFile === undefined) return rest;
      const key = await secretOf(place, "key", inline, keyFile);
      return key && { ...rest, key };
    }
    case "cloudfront": {
      const { accessKeyId: id, secretAccessKey: inline, secretAccessKeyFile: file, ...rest } = section;
      if (id === undefined && inline === undefined && file === undefined) return rest;
      if (id === undefined || (inline === undefined && file === undefined)) {
        report(
          `${place} has one half of an access key; write accessKeyId and secretAccessKey or secretAccessKeyFile.`,
        );
        return undefined;
      }
      const secret = await secretOf(place, "secretAccessKey", inline, file);
      return secret && { ...rest, credentials: { id, secret } };
    }
    case "azure": {
      const { tenant, clientId: id, clientSecret: inline, clientSecretFile: file, ...rest } = section;
      const hasSecret = inline !== undefined || file !== undefined;
      if (tenant === undefined && id === undefined && !hasSecret) return rest;
      if (tenant === undefined || id === undefined || !hasSecret) {
        report(
          `${place} has a part of an app registration; write tenant, clientId and clientSecret or clientSecretFile.`,
        );
        return undefined;
      }
      const secret = await secretOf(place, "clientSecret", inline, file);
      return secret && { ...rest, app: { tenant, id, secret } };
    }
  }
}

/** A node that is named twice would be told everything twice, and have one name for two targets in the journal. */
function checkNodes(sections: readonly CdnSection[], report: Report): void {
  const nodes = sections.flatMap((section) =>
    section.driver === "nginx" || section.driver === "varnish"
      ? section.nodes.map((node) => node.replace(/\/$/, ""))
      : [],
  );
  const bought = sections.map((section) => nameOf(section)).filter((each) => each !== undefined);
  const twice = (all: readonly string[]) => new Set(all.filter((each, index) => all.indexOf(each) !== index));
  for (const node of twice(nodes)) report(`cdn names the node ${node} twice; keep it once.`);
  for (const each of twice(bought)) report(`cdn names ${each} twice; keep it once.`);
  for (const node of nodes) {
    if (URL.parse(node) === null) report(`cdn names the node ${node}, which is no address.`);
  }
}

function nameOf(section: CdnSection): string | undefined {
  switch (section.driver) {
    case "nginx":
    case "varnish":
      return undefined;
    case "fastly":
      return `fastly ${section.service}`;
    case "cloudfront":
      return `cloudfront ${section.distribution}`;
    case "akamai":
      return `akamai ${section.network ?? "production"} ${section.host}`;
    case "google":
      return `google ${section.project}/${section.urlMap}`;
    case "azure":
      return `azure ${section.profile}/${section.frontDoor}`;
    case "cloudimage":
      return `cloudimage ${section.token}`;
    default:
      return `${section.driver} ${section.zone}`;
  }
}
