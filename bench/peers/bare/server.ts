// The least that serves a resized picture with the same parts: fastify in front, sharp behind, the origin by fetch. Argument: the port.
import Fastify from "fastify";
import sharp from "sharp";

const [port = "0"] = process.argv.slice(2);
const app = Fastify();
app.get<{ Querystring: { url: string; w: string; q: string } }>("/", async ({ query }, reply) => {
  const original = Buffer.from(await (await fetch(query.url)).arrayBuffer());
  const picture = sharp(original).autoOrient().resize(Number(query.w));
  const bytes = await picture.webp({ quality: Number(query.q) }).toBuffer();
  return reply.type("image/webp").send(bytes);
});
await app.listen({ host: "127.0.0.1", port: Number(port) });
