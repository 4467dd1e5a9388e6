import { connect } from "node:net";

// Closed-loop load of one request, for what wrk cannot send (HEAD). Arguments: the URL, the method, the ETag or "", connections,
// seconds. Writes the number of answers; ends with code 1 where one has another status than 200 or 304.
const [target = "", method = "GET", etag = "", connections = "1", seconds = "1"] = process.argv.slice(2);
const { hostname, port, pathname, search } = new URL(target);
const lines = [
  `${method} ${pathname}${search} HTTP/1.1`,
  `Host: ${hostname}:${port}`,
  "Accept: image/avif,image/webp,image/*,*/*;q=0.8",
  ...(etag === "" ? [] : [`If-None-Match: ${etag}`]),
];
const request = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
let answered = 0;
let isOver = false;

for (let number = 0; number < Number(connections); number += 1) {
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let head = "";
  let left = 0;
  socket.on("data", (chunk: Buffer) => {
    if (left === 0) {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
      if (status !== "200" && status !== "304") {
        console.error(head.slice(0, end));
        process.exit(1);
      }
      const hasBody = method !== "HEAD" && status === "200";
      const length = hasBody ? Number(/^content-length: (\d+)/im.exec(head)?.[1]) : 0;
      left = length - (head.length - end - 4);
      head = "";
    } else {
      left -= chunk.length;
    }
    if (left > 0) return;
    answered += 1;
    if (!isOver) socket.write(request);
  });
  socket.on("error", (error) => {
    if (isOver) return;
    console.error(error.message);
    process.exit(1);
  });
  socket.write(request);
}
setTimeout(() => {
  isOver = true;
  console.log(answered);
  process.exit(0);
}, Number(seconds) * 1_000);
