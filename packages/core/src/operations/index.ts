import type { Operation, ValuesOf } from "../operation.ts";
import { encode } from "./encode.ts";
import { extract } from "./extract.ts";
import { flip } from "./flip.ts";
import { resize } from "./resize.ts";
import { rotate } from "./rotate.ts";

/** Every operation in the order of application, whatever the order in the URL. */
export const OPERATIONS = [extract, resize, flip, rotate, encode] as const satisfies readonly Operation[];

type Known = (typeof OPERATIONS)[number];

export type OperationName = Known["name"];

/** The values of each operation, by its name. */
export type OperationValues = { readonly [Name in OperationName]: ValuesOf<Extract<Known, { name: Name }>> };

/** What is asked of an image; an absent operation does nothing. */
export type Transformation = { readonly [Name in OperationName]?: OperationValues[Name] };
