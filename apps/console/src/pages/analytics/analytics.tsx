import type { ComponentType } from "react";
import { useParams } from "react-router";
import { NotHere } from "../../pieces/states.tsx";
import { Delivery } from "./delivery.tsx";
import { isLog } from "./logs/log-kinds.ts";
import { Logs } from "./logs/logs.tsx";
import { Optimization } from "./optimization.tsx";
import { Overview } from "./overview.tsx";
import { type Area, isArea } from "./places.ts";
import { Top } from "./top.tsx";
import { Volumetry } from "./volumetry.tsx";

const PAGES: Readonly<Record<Exclude<Area, "logs">, ComponentType>> = {
  "": Overview,
  volumetry: Volumetry,
  optimization: Optimization,
  delivery: Delivery,
  top: Top,
};

/** What was delivered, of a project or of the whole installation: a page for each question, each at an address of its own. */
export function Analytics() {
  const { "*": rest = "" } = useParams<"*">();
  const [area = "", kind = "resizes", ...more] = rest.split("/");
  if (!isArea(area) || more.length > 0) return <NotHere />;
  if (area === "logs") return isLog(kind) ? <Logs key={kind} kind={kind} /> : <NotHere />;
  if (rest !== area) return <NotHere />;
  const Page = PAGES[area];
  return <Page />;
}
