import type { FieldAppSDK } from "@contentful/app-sdk";
import { useEffect, useState } from "react";
import { type Problem, problemOf } from "../api/problem.ts";

/** The value of the field that is edited, whoever changes it. */
export interface Field {
  readonly value: unknown;
  readonly isDisabled: boolean;
  readonly problem: Problem | undefined;
  /** `undefined` empties the field. */
  set(value: unknown): Promise<void>;
}

export function useField({ field }: FieldAppSDK): Field {
  const [value, setValue] = useState<unknown>(() => field.getValue());
  const [isDisabled, setDisabled] = useState(() => field.getIsDisabled());
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => field.onValueChanged(setValue), [field]);
  useEffect(() => field.onIsDisabledChanged(setDisabled), [field]);
  return {
    ...{ value, isDisabled, problem },
    async set(next) {
      const before = value;
      setProblem(undefined);
      setValue(next);
      try {
        await (next === undefined ? field.removeValue() : field.setValue(next));
      } catch (thrown) {
        setValue(before);
        setProblem(problemOf(thrown));
      }
    },
  };
}
