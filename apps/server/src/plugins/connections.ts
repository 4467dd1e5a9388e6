import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Between two looks; what is quiet for that long has nothing on its way. */
const LOOK_MS = 50;

/** What Node keeps of the answer that a connection is at: nothing once its last byte was handed over. */
interface WithAnswer {
  readonly _httpMessage?: ServerResponse | null;
}

/** The connections of a server, which it leaves without losing an answer. */
export interface Connections {
  /** Every answer from now on closes its connection, those under way too. */
  readonly isLeaving: boolean;
  leave(): void;
}

/**
 * Watches the connections of a server. Node's own `closeIdleConnections`, which `close` calls too, cuts an answer that was ended but not
 * yet sent; in its place those are closed, until the server is, at which no answer is under way and nothing has arrived for a moment.
 */
export function watchConnections(server: Server): Connections {
  const sockets = new Map<Socket, number>();
  let isLeaving = false;
  let looking: NodeJS.Timeout | undefined;
  server.on("connection", (socket: Socket) => {
    sockets.set(socket, -1);
    socket.once("close", () => sockets.delete(socket));
  });
  server.once("close", () => clearInterval(looking));
  const leave = () => {
    isLeaving = true;
    for (const [socket] of sockets) {
      const answer = answerOf(socket);
      if (answer && !answer.headersSent) answer.shouldKeepAlive = false;
    }
  };
  const look = () => {
    for (const [socket, seen] of sockets) {
      if (answerOf(socket)) continue;
      if (socket.bytesRead === seen) socket.destroySoon();
      else sockets.set(socket, socket.bytesRead);
    }
  };
  server.closeIdleConnections = () => {
    leave();
    looking ??= setInterval(look, LOOK_MS);
    look();
  };
  return {
    get isLeaving() {
      return isLeaving;
    },
    leave,
  };
}

const answerOf = (socket: Socket) => (socket as WithAnswer)._httpMessage;
