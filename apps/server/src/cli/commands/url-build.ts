import { buildDeliveryUrl, isOperationParameter, readQuery, readTransformation } from "@freshet/core";
import { type Command, JSON_OPTION, SERVER_OPTIONS } from "../command.ts";
import { serverOf } from "../connection.ts";
import { usage } from "../exits.ts";
import { plain } from "../text.ts";

export const urlBuild: Command = {
  name: "url build",
  summary: "Builds the delivery URL of an original. No server is asked.",
  words: ["<original>", "[parameters]"],
  options: {
    ...JSON_OPTION,
    server: {
      ...SERVER_OPTIONS.server,
      summary: "Address that the URL begins with. Default: FRESHET_SERVER, else http://127.0.0.1:8080.",
    },
    vh: { value: "version", summary: "Version of the original." },
  },
  notes: [
    "Parameters are written as in a URL: w=400&h=300. One that is unknown or cannot be read is an error here, while a server passes it over.",
  ],
  examples: [
    "freshet url build _media_/hat.jpg 'w=400&h=300&func=crop'",
    "freshet url build https://shop.example/a.jpg w=200 --server https://img.example.com --vh 7",
  ],
  async run(call) {
    const [original = "", parameters = ""] = call.words;
    if (original.replace(/^\/+/, "") === "")
      throw usage("The original is empty; write its address or its alias and path.");
    const pairs = readQuery(parameters);
    const strange = pairs.find(({ name }) => !isOperationParameter(name));
    if (strange)
      throw usage(
        `"${plain(strange.name)}" is no parameter of an operation${strange.name === "vh" ? "; write --vh" : ""}.`,
      );
    const { transformation, remarks } = readTransformation(pairs);
    const [remark] = remarks;
    if (remark)
      throw usage(
        `${plain(remark.parameter)}=${plain(remark.text)} cannot be read; write ${remark.expected}.`,
      );
    const url = buildDeliveryUrl(serverOf(call), original.toWellFormed(), transformation, {
      version: call.option("vh")?.toWellFormed(),
    });
    return { text: url, json: { url } };
  },
};
