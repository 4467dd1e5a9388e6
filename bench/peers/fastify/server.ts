import { createRequire } from "node:module";

// What anybody would write first: fastify, fetch, sharp. Arguments: a file whose packages are used, the port. Original and width
// come in the URL.
const [beside = "", port = "0"] = process.argv.slice(2);
// The packages that Freshet itself uses.
const [fastify, sharp] = ["fastify", "sharp"].map(createRequire(beside));

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
