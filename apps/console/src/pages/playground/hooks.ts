import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ApiError } from "../../api/error.ts";
import { fetchPicture, type Question, type Shown } from "./picture.ts";

/** The value as it was when it last stood still for so long. */
export function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** A picture; a question that another one has taken the place of is given up. Undefined asks nothing. */
export function usePicture(question: Question | undefined): UseQueryResult<Shown, ApiError> {
  return useQuery<Shown, ApiError>({
    queryKey: ["picture", question],
    queryFn: ({ signal }) => {
      if (!question) throw new Error("There is no question.");
      return fetchPicture(question, signal);
    },
    enabled: question !== undefined,
    // While a knob is turned the picture before stays.
    placeholderData: (before, query) => {
      const last = query?.queryKey[1] as Question | undefined;
      return last?.project === question?.project && last?.as === question?.as ? before : undefined;
    },
    staleTime: 30_000,
    gcTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });
}

/** An address of the blob, as long as it is shown. */
export function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) {
      setUrl(undefined);
      return;
    }
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}
