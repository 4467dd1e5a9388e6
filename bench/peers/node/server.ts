import { readFileSync } from "node:fs";
import { createServer } from "node:http";

// The least a Node server can do for a hit: one Buffer, one head. Arguments: a file, the port.
const [file = "", port = "0"] = process.argv.slice(2);
const body = readFileSync(file);
const head = [
  ["Content-Type", "image/webp"],
  ["ETag", `"${"0".repeat(40)}"`],
  ["Cache-Control", "public, max-age=60"],
  ["Vary", "Accept"],
  ["Access-Control-Allow-Origin", "*"],
  ["Content-Length", String(body.length)],
].flat();
createServer((_request, response) => {
  response.writeHead(200, head);
  response.end(body);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
