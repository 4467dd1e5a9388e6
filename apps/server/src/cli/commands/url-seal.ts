import { sealDeliveryUrl } from "@freshet/core";
import { type Command, JSON_OPTION } from "../command.ts";
import { SALT_OPTIONS, saltOf } from "../salt.ts";
import { EXPIRES_OPTION, expiresOf, LENGTH_OPTION, lengthOf, urlWithout } from "../signing.ts";

export const urlSeal: Command = {
  name: "url seal",
  summary:
    "Seals parameters into a delivery URL: others may be added, these cannot be changed. No server is asked.",
  words: ["<url>", "<parameters>"],
  options: { ...JSON_OPTION, ...SALT_OPTIONS, ...EXPIRES_OPTION, ...LENGTH_OPTION },
  examples: ["freshet url seal /v7/_media_/hat.jpg 'w=300&h=200' --salt-file salt"],
  async run(call) {
    const [written = "", parameters = ""] = call.words;
    const url = urlWithout(written, ["fr_sig", "ci_sign", "ci_seal", "ci_eqs"]);
    const sealed = await sealDeliveryUrl(url, parameters.toWellFormed(), {
      salt: await saltOf(call),
      ...expiresOf(call),
      ...lengthOf(call),
    });
    return { text: sealed, json: { url: sealed } };
  },
};
