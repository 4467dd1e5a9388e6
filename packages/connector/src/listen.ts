import { isStoreError } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { ConfigFault } from "./config/fault.ts";
import type { Program } from "./program.ts";

/** A connector's server, put together and not yet listening, and where it is to listen. */
export interface Opened {
  readonly app: FastifyInstance;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Starts a program's server and says where it is; resolves to what stops it. Rejects with one sentence. */
export async function listen(program: Program): Promise<() => Promise<void>> {
  try {
    const { app, host, port } = await program.open(logLine);
    try {
      await app.listen({ host, port });
    } catch (error) {
      await app.close();
      throw error;
    }
    const address = app.server.address();
    const chosen = typeof address === "object" && address !== null ? address.port : port;
    console.log(`${program.name} is ready: http://${host.includes(":") ? `[${host}]` : host}:${chosen}`);
    return async () => {
      await app.close();
    };
  } catch (error) {
    throw new Error(sentenceOf(error, program.portVariable), { cause: error });
  }
}

/**
 * Where others on this machine reach what listens, such as "http://127.0.0.1:8081"; undefined while nothing does. A server that
 * listens on every address of the machine is reached by loopback.
 */
export function addressOf(app: FastifyInstance): string | undefined {
  const address = app.server.address();
  if (typeof address !== "object" || address === null) return undefined;
  const isEvery = address.address === "0.0.0.0" || address.address === "::";
  const host = isEvery ? "127.0.0.1" : address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function logLine(event: string, details: Readonly<Record<string, unknown>>): void {
  console.log(`${new Date().toISOString()} ${event} ${JSON.stringify(details)}`);
}

function sentenceOf(error: unknown, portVariable: string): string {
  if (error instanceof ConfigFault || isStoreError(error)) return error.message;
  const { code, port, address } = error as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") {
    return `Port ${port} of ${address} is in use by another program. Stop it, or choose another port with ${portVariable}.`;
  }
  if (code === "EACCES" && port !== undefined) {
    return `This user may not listen on port ${port}. Choose one above 1023 with ${portVariable}.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
