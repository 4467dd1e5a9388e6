import type { FastifyInstance } from "fastify";
import type { Projects } from "../projects/project.ts";
import { demoPage } from "./page.ts";

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e99"/><path d="M6 12c4-4 7 4 11 0s6-1 9 0M6 20c4-4 7 4 11 0s6-1 9 0" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

const PUBLIC = { config: { access: "public" } } as const;

/** The page of the built-in project, and what browsers and robots ask for by themselves. */
export function demoRoutes(
  app: FastifyInstance,
  parts: { readonly projects: Projects; readonly sampleFolder: string },
): void {
  const sample = () => parts.projects.all.find((project) => "_sample_" in project.aliases);
  app.get("/", PUBLIC, async (_request, reply) =>
    sample()
      ? reply.redirect("/demo")
      : reply.type("text/plain; charset=utf-8").send("Freshet delivers images here.\n"),
  );
  app.get("/demo", PUBLIC, async (request, reply) => {
    if (!sample()) return reply.callNotFound();
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("cache-control", "no-store")
      .header(
        "content-security-policy",
        "default-src 'none'; img-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
      )
      .send(demoPage(parts.sampleFolder, `${request.protocol}://${request.host}`));
  });
  app.get("/favicon.ico", PUBLIC, async (_request, reply) =>
    reply.header("content-type", "image/svg+xml").header("cache-control", "public, max-age=86400").send(ICON),
  );
  app.get("/robots.txt", PUBLIC, async (_request, reply) =>
    reply.type("text/plain").send("User-agent: *\nAllow: /\n"),
  );
}
