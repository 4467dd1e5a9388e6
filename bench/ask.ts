import { type Agent, get } from "node:http";

/** The picture that a URL gives, over a connection of the agent; throws for anything else. */
export function pictureAt(url: string, agent: Agent | undefined, accept: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { accept } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`${url} was answered ${answer.statusCode}.`));
      });
    }).on("error", reject);
  });
}
