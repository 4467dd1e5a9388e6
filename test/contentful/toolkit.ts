import { join } from "node:path";
import { installPart } from "../support/part.ts";

/** As much of Contentful's own toolkit as is used here: it signs as Contentful does. */
export interface Toolkit {
  signRequest(
    secret: string,
    request: {
      readonly method: string;
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    },
    timestamp?: number,
    context?: {
      readonly spaceId?: string;
      readonly envId?: string;
      readonly userId?: string;
      readonly appId?: string;
    },
  ): Readonly<Record<string, string>>;
}

/** One plain client of contentful-management. */
export interface ManagementClient {
  readonly asset: Readonly<
    Record<string, (params: object, ...rest: readonly unknown[]) => Promise<AssetBody>>
  >;
  readonly environmentAlias: Readonly<
    Record<string, (params: object, ...rest: readonly unknown[]) => Promise<object>>
  >;
}

/** An asset as the API gives it. */
export interface AssetBody {
  readonly sys: { readonly id: string; readonly version: number; readonly [name: string]: unknown };
  readonly fields: {
    readonly title?: Readonly<Record<string, string>>;
    readonly file?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Clients of Contentful's own, fetched on first use. */
export interface Clients {
  readonly toolkit: Toolkit;
  readonly createManagementClient: (options: object) => ManagementClient;
  /** What executes calls of the App SDK over HTTP. */
  readonly createAdapter: (options: object) => { makeRequest(request: object): Promise<unknown> };
  readonly runImport: (options: object) => Promise<unknown>;
}

export async function installClients(): Promise<Clients> {
  const part = await installPart(join(import.meta.dirname, "../parts/contentful"));
  const management = part.require("contentful-management") as {
    createClient: (options: object) => ManagementClient;
    RestAdapter: new (options: object) => { makeRequest(request: object): Promise<unknown> };
  };
  const imported: unknown = part.require("contentful-import");
  return {
    toolkit: part.require("@contentful/node-apps-toolkit") as Toolkit,
    createManagementClient: (options) => management.createClient(options),
    createAdapter: (options) => new management.RestAdapter(options),
    runImport: (typeof imported === "function"
      ? imported
      : (imported as { readonly default: unknown }).default) as Clients["runImport"],
  };
}
