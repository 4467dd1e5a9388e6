import { signDeliveryUrl } from "@freshet/core";
import { type Command, JSON_OPTION } from "../command.ts";
import { usage } from "../exits.ts";
import { SALT_OPTIONS, saltOf } from "../salt.ts";
import { EXPIRES_OPTION, expiresOf, LENGTH_OPTION, lengthOf, urlWithout } from "../signing.ts";

const KINDS = ["fr_sig", "ci_sign"] as const;

export const urlSign: Command = {
  name: "url sign",
  summary: "Signs a delivery URL: nobody without the salt can change it. No server is asked.",
  words: ["<url>"],
  options: {
    ...JSON_OPTION,
    ...SALT_OPTIONS,
    ...EXPIRES_OPTION,
    by: {
      value: "kind",
      summary: `${KINDS.join(" (HMAC-SHA-256) or ")} (Cloudimage's SHA-1). Default: fr_sig.`,
    },
    ...LENGTH_OPTION,
  },
  examples: ["freshet url sign '/v7/_media_/hat.jpg?w=400' --salt-file salt --expires 1h"],
  async run(call) {
    const url = urlWithout(call.words[0] ?? "", ["fr_sig", "ci_sign", "ci_seal", "ci_eqs"]);
    const by = KINDS.find((each) => each === (call.option("by") ?? "fr_sig"));
    if (by === undefined) throw usage(`--by is one of ${KINDS.join(", ")}.`);
    if (by === "fr_sig" && call.option("length") !== undefined)
      throw usage("fr_sig is never cut; leave --length out.");
    const signed = await signDeliveryUrl(url, {
      salt: await saltOf(call),
      by,
      ...expiresOf(call),
      ...lengthOf(call),
    });
    return { text: signed, json: { url: signed } };
  },
};
