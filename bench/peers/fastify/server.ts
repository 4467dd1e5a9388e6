import { createRequire } from "node:module";

// What anybody would write first: fastify, fetch, sharp. Arguments: a file whose packages are used, the port, the widths come in the URL.
const [beside = "", port = "0"] = process.argv.slice(2);
const require = createRequire(beside);
const fastify = require("fastify");
const sharp = require("sharp");

const app = fastify();
app.get(
  "/",
  async (request: { readonly query: { readonly url: string; readonly w: string } }, reply: Reply) => {
    const original = await (await fetch(request.query.url)).arrayBuffer();
    const bytes = await sharp(Buffer.from(original))
      .resize({ width: Number(request.query.w) })
      .webp({ quality: 80, effort: 4 })
      .toBuffer();
    return reply.type("image/webp").send(bytes);
  },
);
await app.listen({ port: Number(port), host: "127.0.0.1" });

interface Reply {
  type(name: string): Reply;
  send(bytes: Buffer): Reply;
}
