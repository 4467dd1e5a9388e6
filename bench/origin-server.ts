import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

// The origin of all peers: /<token>/<name> is the picture with the token as a comment in the file. So every URL has bytes
// of its own but the same pixels; a server that knows bytes again (Freshet does) has to render each.
// Arguments: the port, the folder, the names. GET /log/<token> answers how often each method asked for that token.
const [port = "0", folder = "", ...names] = process.argv.slice(2);
const pictures = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
const asked = new Map<string, Record<string, number>>();

createServer((request, response) => {
  const [, token = "", name = ""] = (request.url ?? "").split("/");
  if (token === "log") {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify(asked.get(name) ?? {}));
    return;
  }
  const picture = pictures.get(name);
  if (!picture) {
    response.writeHead(404).end();
    return;
  }
  const method = request.method ?? "GET";
  const counts = asked.get(token) ?? {};
  counts[method] = (counts[method] ?? 0) + 1;
  asked.set(token, counts);
  const comment = Buffer.from(token);
  const segment = Buffer.from([0xff, 0xfe, (comment.length + 2) >> 8, (comment.length + 2) & 0xff]);
  const begin = Buffer.concat([picture.subarray(0, 2), segment, comment]);
  response.writeHead(200, {
    "content-type": "image/jpeg",
    "content-length": begin.length + picture.length - 2,
    etag: `"${token}-${name}"`,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  });
  if (method === "HEAD") {
    response.end();
  } else {
    response.write(begin);
    response.end(picture.subarray(2));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
