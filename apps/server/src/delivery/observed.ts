import type { IncomingMessage } from "node:http";
import type { AccessLog } from "../access-log/access-log.ts";
import type { AccessLine } from "../access-log/line.ts";
import type { AnswerFacts, AnswerSource } from "../analytics/events.ts";
import type { Observer } from "../analytics/recorder.ts";
import type { Answer } from "../cache/answers.ts";
import { ERRORS, type ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";
import type { Rendering } from "./choice.ts";
import { codeOf, type Delivered } from "./deliver.ts";
import type { DeliveryRequest } from "./request.ts";

/** What went over the wire: the status, and bytes of the body. */
export interface Written {
  readonly status: number;
  readonly bytes: number;
}

/** What is told of one request. */
export interface ObservedRequest {
  answered(
    read: DeliveryRequest,
    delivered: Pick<Delivered, "answer" | "from" | "stamp">,
    written: Written,
    milliseconds: number,
  ): void;
  redirected(read: DeliveryRequest, milliseconds: number): void;
  /** Of a browser that asks what it may do; no answer that anybody counts. */
  preflight(): void;
  failed(
    what: Written & {
      readonly project: Project | undefined;
      readonly understood: DeliveryRequest | undefined;
      readonly failure: ServerError;
      readonly milliseconds: number;
    },
  ): void;
  /** For `Wish.onRender`. */
  rendering(read: DeliveryRequest): (render: Rendering) => void;
}

/** Of whoever looks at Freshet itself nothing is told. */
export const UNOBSERVED: ObservedRequest = {
  answered: () => {},
  redirected: () => {},
  preflight: () => {},
  failed: () => {},
  rendering: () => () => {},
};

export function observeRequest(
  observer: Observer,
  request: IncomingMessage,
  url: string,
  accessLog?: AccessLog,
): ObservedRequest {
  const who = () => {
    const { headers } = request;
    return { url, referer: headers.referer, country: observer.countryIn(headers) };
  };
  const log = (
    line: Pick<AccessLine, "status" | "bytes" | "from" | "stamp" | "duration" | "project" | "error">,
  ) =>
    accessLog?.answered(
      { method: request.method ?? "", host: request.headers.host, path: url, ...line },
      request.socket.remoteAddress,
      Date.now(),
    );
  const tell = (
    read: DeliveryRequest,
    source: AnswerSource,
    written: Written & Pick<AnswerFacts, "format" | "bytesIn">,
    milliseconds: number,
    stamp?: number,
  ): void => {
    const { project, original } = read;
    const { status, bytes } = written;
    log({ status, bytes, from: source, stamp, duration: milliseconds, project: project.name });
    observer.answered({
      ...who(),
      ...{ project: project.name, original: original.name, source, milliseconds },
      ...written,
    });
  };
  return {
    answered(read, { answer, from, stamp }, written, milliseconds) {
      const isWhole = written.status === 200 && written.bytes > 0;
      const { format, originalBytes: bytesIn } = (isWhole ? answer.picture : undefined) ?? {};
      tell(read, from, { ...written, format, bytesIn }, milliseconds, stamp);
    },
    preflight: () => log({ status: 204, bytes: 0, from: "preflight", duration: 0 }),
    redirected: (read, milliseconds) => tell(read, "redirect", { status: 302, bytes: 0 }, milliseconds),
    failed({ project, understood, failure, status, bytes, milliseconds }) {
      const error = failure.code;
      log({ status, bytes, from: "failed", duration: milliseconds, project: project?.name, error });
      observer.answered({
        ...who(),
        ...{ project: project?.name ?? "", original: understood?.original.name },
        ...{ source: "failed", code: failure.code, status, bytes, milliseconds },
      });
    },
    rendering: tellRenders(observer, url),
  };
}

/** Of what nobody waits for: what was made for it, and nothing of its answer, which no visitor got. */
export const observeRenders = (observer: Pick<Observer, "rendered">, url: string): ObservedRequest => ({
  ...UNOBSERVED,
  rendering: tellRenders(observer, url),
});

function tellRenders(observer: Pick<Observer, "rendered">, url: string): ObservedRequest["rendering"] {
  return ({ project, original }) =>
    ({ format, milliseconds, bytesIn, bytesOut, error }) => {
      const code = error === undefined ? undefined : codeOf(error).code;
      observer.rendered({
        ...{ project: project.name, url, original: original.name },
        ...{ status: code === undefined ? 200 : ERRORS[code].status, code },
        ...{ format, milliseconds, bytesIn, bytesOut },
      });
    };
}

/** What every hit of a finished answer has in common; without its body, its format is nothing that went out. */
export function factsOf(
  read: DeliveryRequest,
  url: string,
  { picture }: Pick<Answer, "picture">,
  written: Written,
): AnswerFacts {
  const isWhole = written.status === 200 && written.bytes > 0;
  return {
    ...{ project: read.project.name, url, original: read.original.name },
    ...{ status: written.status, bytes: written.bytes },
    ...(picture && isWhole ? { format: picture.format, bytesIn: picture.originalBytes } : {}),
  };
}
