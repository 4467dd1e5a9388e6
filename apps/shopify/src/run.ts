import { isStoreError } from "@freshet/store";
import { ConfigFault, readConfig } from "./config.ts";
import { sentenceOf as sentence } from "./errors.ts";
import { createShopifyServer } from "./server.ts";

/** Starts the app by its environment; resolves to what stops it. Rejects with one sentence. */
export async function run(): Promise<{ stop(): Promise<void> }> {
  try {
    const config = readConfig();
    const app = await createShopifyServer(config, { log: logLine });
    try {
      await app.listen({ host: config.host, port: config.port });
    } catch (error) {
      await app.close();
      throw error;
    }
    const host = config.host.includes(":") ? `[${config.host}]` : config.host;
    // Port 0 lets the system choose: say which one it was.
    const address = app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : config.port;
    console.log(`Shopify app is ready: http://${host}:${port}`);
    return { stop: () => app.close() };
  } catch (error) {
    throw new Error(sentenceOf(error), { cause: error });
  }
}

function logLine(event: string, details: Readonly<Record<string, unknown>>): void {
  console.log(`${new Date().toISOString()} ${event} ${JSON.stringify(details)}`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigFault || isStoreError(error)) return error.message;
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE")
    return `Port ${port} of ${address} is in use by another program. Stop it, or choose another port with FRESHET_SHOPIFY_PORT.`;
  return error instanceof Error ? (error.stack ?? sentence(error)) : String(error);
}
