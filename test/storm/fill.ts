import { eachOf } from "./each-of.ts";
import { type Field, urlOf, VARIANTS } from "./scopes.ts";

/** Asks for each variant of each original once, through the nodes in turn; resolves to the number of answers. */
export async function fillField(field: Field, nodes: readonly string[]): Promise<number> {
  let answers = 0;
  await eachOf(field.pictures, `originals filled, each in ${VARIANTS} variants`, async (picture, place) => {
    for (let variant = 0; variant < VARIANTS; variant += 1) {
      const url = nodes[(place + variant) % nodes.length] + urlOf(picture, variant);
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
      answers += 1;
    }
  });
  return answers;
}
