import { readQuery, sealDeliveryUrl, signDeliveryUrl } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { projectOfRequest } from "../access/plugin.ts";
import { choice, object, text, time } from "../admin/schemas.ts";
import { explain } from "../delivery/explain.ts";
import { EXPLANATION } from "../delivery/explain-route.ts";
import { targetOf, viewExplanation } from "../delivery/explanation-view.ts";
import { ServerError } from "../errors.ts";
import { NAME } from "./describe.ts";
import type { Projects } from "./project.ts";
import type { ProofKind } from "./security.ts";

const KINDS = ["fr_sig", "ci_sign", "ci_seal"] as const satisfies readonly ProofKind[];
/** A URL that carries one of these is signed already: two signatures make one that nobody takes. */
const PROOFS: ReadonlySet<string> = new Set(["fr_sig", "ci_sign", "ci_seal", "ci_eqs", "fr_exp"]);

interface Wanted {
  readonly url: string;
  readonly by?: ProofKind;
  readonly sealed?: string;
  readonly expires_at?: string;
}

/** `POST /projects/{name}/sign`: a delivery URL signed or sealed with the project's salt, which stays here. */
export function signRoutes(
  app: FastifyInstance,
  { projects, now }: { readonly projects: Projects; readonly now: () => number },
): void {
  app.post<{ Params: { readonly name: string }; Body: Wanted }>(
    "/projects/:name/sign",
    {
      config: { access: { right: "write", of: "path" } },
      schema: {
        summary: "Signs or seals a delivery URL with the project's newest salt, and explains the result.",
        params: object("Which project.", NAME),
        body: object("What is signed.", {
          url: {
            ...text("A delivery URL without signature, whole or its path and query.", 8_192),
            minLength: 1,
          },
          "by?": choice(
            "fr_sig (unless said otherwise): HMAC-SHA-256 over everything. ci_sign: Cloudimage's SHA-1 over everything. ci_seal: Cloudimage's SHA-1 over the original and what sealed says.",
            KINDS,
          ),
          "sealed?": text("For ci_seal: parameters that nobody may change, such as w=300&h=200.", 2_000),
          "expires_at?": time("When the URL ends; absent where it does not."),
        }),
        response: {
          200: object("The signed URL.", {
            url: text("The URL with its signature.", 20_000),
            explanation: EXPLANATION,
          }),
        },
        errors: ["BODY_UNREADABLE", "PROJECT_NOT_FOUND", "SALT_MISSING"],
      },
    },
    async (request) => {
      const project = projectOfRequest(request, projects);
      const url = await signed(request.body, project.security?.salts[0]?.reveal());
      return { url, explanation: viewExplanation(explain(project, targetOf(url), now())) };
    },
  );
}

async function signed({ url, by = "fr_sig", sealed, expires_at }: Wanted, salt: string | undefined) {
  const written = url.toWellFormed();
  if (!/^(https?:\/\/[^/?#]+)?\//i.test(written))
    throw unreadable("Write the delivery URL whole, or its path and query beginning with a slash.");
  const query = written.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "";
  const proof = readQuery(query).find(({ name }) => PROOFS.has(name));
  if (proof) throw unreadable(`The URL has ${proof.name} already; send it as it was before.`);
  if (sealed !== undefined && by !== "ci_seal") throw unreadable("Only ci_seal takes sealed parameters.");
  if (salt === undefined) throw new ServerError("SALT_MISSING");
  const expires = expires_at === undefined ? {} : { expires: Math.floor(Date.parse(expires_at) / 1_000) };
  if (Number.isNaN(expires.expires)) throw unreadable("expires_at is no time.");
  return by === "ci_seal"
    ? sealDeliveryUrl(written, (sealed ?? "").toWellFormed(), { salt, ...expires })
    : signDeliveryUrl(written, { salt, by, ...expires });
}

const unreadable = (detail: string) => new ServerError("BODY_UNREADABLE", detail);
