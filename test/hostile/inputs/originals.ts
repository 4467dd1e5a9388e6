import { hostileDeveloped } from "./developed.ts";
import { hostileDocuments } from "./documents.ts";
import { hostileDrawings } from "./drawings.ts";
import type { HostileInput } from "./input.ts";
import { hostilePictures } from "./pictures.ts";
import { strangers } from "./strangers.ts";

/** Every original that is made to harm: for whoever tests what becomes of them and for whoever measures what they take. */
export async function hostileOriginals(): Promise<readonly HostileInput[]> {
  return [
    ...[...(await hostilePictures()), ...(await strangers()), ...hostileDrawings()],
    ...[...(await hostileDeveloped()), ...hostileDocuments()],
  ];
}
