import { type Agent, get } from "node:http";
import { connect } from "node:net";

/** The picture that a URL gives, over a connection of the agent; throws for anything else. */
export function pictureAt(url: string, agent: Agent | undefined, accept: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { accept } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`${url} was answered ${answer.statusCode}.`));
      });
    }).on("error", reject);
  });
}

/**
 * The same picture for so many at once, each over a connection of his own that is opened for it; throws unless all are given it. Answers are read as
 * they come and nothing is made of them: two hundred in an HTTP client of Node's take a third as long as the picture itself, which is the client's
 * time and not the server's.
 */
export async function sharedPictureAt(url: string, count: number, accept: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => rawAnswer(new URL(url), accept)));
  const [first] = answers;
  if (!first?.startsWith("HTTP/1.1 200 ")) throw new Error(`${url} was answered ${first?.slice(0, 60)}.`);
  const bodies = answers.map((answer) => answer.slice(answer.indexOf(END_OF_HEAD)));
  if (bodies.some((body) => body !== bodies[0])) throw new Error(`${url} gave different pictures.`);
}

const END_OF_HEAD = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

function rawAnswer({ hostname, port, host, pathname, search }: URL, accept: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [received, end] = [0, Number.NaN];
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\n\r\n`),
    );
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (Number.isNaN(end)) end = endOf(Buffer.concat(chunks).toString("latin1"));
      const isLast = end === Number.POSITIVE_INFINITY && chunk.toString("latin1").endsWith(LAST_CHUNK);
      if (received < end && !isLast) return;
      socket.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("The connection was closed before the answer was whole.")));
  });
}

/** Bytes of a whole answer that begins so; infinitely many where chunks follow, NaN while its head is not all there. */
function endOf(beginning: string): number {
  const head = beginning.indexOf(END_OF_HEAD);
  if (head < 0) return Number.NaN;
  const [, length] = /^content-length: *(\d+)/im.exec(beginning.slice(0, head)) ?? [];
  return length === undefined ? Number.POSITIVE_INFINITY : head + END_OF_HEAD.length + Number(length);
}
