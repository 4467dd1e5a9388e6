import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connections, watchConnections } from "./plugins/connections.ts";
import { isReserved } from "./plugins/reserved.ts";

/** Longer than what proxies keep idle connections for, so that they, not we, close first. */
export const KEEP_ALIVE_MS = 72_000;

/** Requests without a body, nearly all, are no streams that end and close: that costs a tenth of a hit. Node knows it from 24.12 on. */
const HTTP = { keepAliveTimeout: KEEP_ALIVE_MS, optimizeEmptyRequests: true };

/** Who is going to come at once has come by then. */
const NOBODY_MS = 25;
/** So long the first visitor has the process to himself; afterwards what is behind delivery is loaded beside him. */
const FIRST_VISITOR_MS = 250;

/** Answers a request, whatever it is. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What listens: it answers pictures itself and leaves everything else to what is behind it, which may come later. */
export interface Front {
  readonly server: ReturnType<typeof createServer>;
  /** Resolves to the port. Rejects with Node's error when it cannot be had. */
  listen(at: { readonly host: string; readonly port: number }): Promise<number>;
  /** Answers from now on what is no picture, and what of it was asked for before. */
  place(behind: Answer): void;
  /**
   * Resolves when what is behind should be loaded, which keeps the process busy for a moment: once somebody waits for it, once the first
   * visitor has his picture or has waited for it for long, or when nobody has come at once.
   */
  readonly isTime: Promise<void>;
  /** Every answer from now on closes its connection. */
  leave(): void;
  /** Takes no more connections; resolves when the last one is closed. */
  close(): Promise<void>;
}

/** `hit` leaves what it cannot answer untouched; both are absent where no pictures are delivered. */
export function createFront(pictures: {
  readonly hit: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly deliver: Answer | undefined;
}): Front {
  const { hit, deliver } = pictures;
  const placed = Promise.withResolvers<Answer>();
  const time = Promise.withResolvers<void>();
  let behind: Answer = (request, response) => {
    time.resolve();
    placed.promise.then((answer) => answer(request, response));
  };
  let isFirst = true;
  const server = createServer(HTTP, (request, response) => {
    if (connections.isLeaving) response.shouldKeepAlive = false;
    if (hit?.(request, response)) return;
    if (!deliver || isReserved(request.url ?? "/")) {
      behind(request, response);
      return;
    }
    if (isFirst) response.once("close", time.resolve);
    isFirst = false;
    deliver(request, response);
  });
  const connections: Connections = watchConnections(server);
  return {
    server,
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.removeListener("error", reject);
          setTimeout(() => {
            if (isFirst) time.resolve();
            else setTimeout(time.resolve, FIRST_VISITOR_MS).unref();
          }, NOBODY_MS).unref();
          resolve((server.address() as AddressInfo).port);
        });
      }),
    place(answer) {
      behind = answer;
      placed.resolve(answer);
    },
    isTime: time.promise,
    leave: () => connections.leave(),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.closeIdleConnections();
        server.close(() => resolve());
      }),
  };
}
