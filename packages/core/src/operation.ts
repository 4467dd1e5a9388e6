import type { Parameter } from "./codec.ts";

/** The parameters of one operation, by their canonical wire name. */
// biome-ignore lint/suspicious/noExplicitAny: the value type is recovered per parameter by `OperationValues`.
export type Parameters = { readonly [wireName: string]: Parameter<any> };

/** One step of a transformation: a name and the parameters that belong to it. */
export interface Operation<Name extends string = string, Of extends Parameters = Parameters> {
  readonly name: Name;
  readonly parameters: Of;
}

type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;

/** What an operation was asked to do: every parameter is optional. */
export type ValuesOf<O extends Operation> = {
  readonly [Name in keyof O["parameters"]]?: ValueOf<O["parameters"][Name]>;
};

export function defineOperation<const Name extends string, const Of extends Parameters>(
  name: Name,
  parameters: Of,
): Operation<Name, Of> {
  return { name, parameters };
}
