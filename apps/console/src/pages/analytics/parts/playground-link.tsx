import { Link } from "react-router";
import { playgroundOf } from "../places.ts";

/** A delivery URL, and the way to the playground where it can be shown there. */
export function PlaygroundLink({ project, url }: { readonly project: string; readonly url: string }) {
  const place = playgroundOf(project, url);
  return place === undefined ? url : <Link to={place}>{url}</Link>;
}
