// A page around the app, as Contentful's web app is one: it speaks the protocol of the App SDK with the frames that it opens. It runs
// in the browser; the server beside it takes its types away.

type Json = Readonly<Record<string, unknown>>;

interface Message {
  readonly source?: string;
  readonly id?: number;
  readonly method?: string;
  readonly params?: readonly unknown[];
}

/** What a frame is opened with. */
export interface Opening {
  readonly location: string;
  /** Address of the app. */
  readonly app: string;
  /** Pixels; absent is the whole page. */
  readonly width?: number;
  /** What the SDK is connected with. */
  readonly data: Json;
}

interface Frame {
  readonly element: HTMLIFrameElement;
  readonly data: Json;
  readonly close: (value: unknown) => void;
}

/** What the test sees and sets of the host. */
export interface Host {
  /** Opens the app in one place, instead of what was open before. */
  open(opening: Opening): void;
  /** What a person does who presses "Install" or "Save": resolves to whether the app agreed. */
  install(refusal?: string): Promise<boolean>;
  /** Names of the frames that are open, a dialog after what opened it. */
  names(): readonly string[];
  /** Somebody else writes into a field. */
  setValue(field: string, locale: string, value: unknown): void;
  /** Something about the entry or the asset changed. */
  changeSys(): void;
  readonly state: {
    isInstalled: boolean;
    parameters: Json | null;
    current: Json | null;
    isReady: boolean;
    /** What is answered when the app asks a person. */
    confirms: boolean;
    picks: unknown;
    /** Values of the entry's fields, by field and locale. */
    readonly values: Record<string, Record<string, unknown>>;
    readonly notes: unknown[];
    readonly asked: unknown[];
    readonly visited: unknown[];
    readonly heights: number[];
  };
}

const frames = new Set<Frame>();
const hooks = new Map<string, (result: unknown) => void>();
const shelf = document.getElementById("frames") as HTMLElement;
let count = 0;

const state: Host["state"] = {
  ...{ isInstalled: false, parameters: null, current: null, isReady: false, confirms: true, picks: null },
  ...{ values: {}, notes: [], asked: [], visited: [], heights: [] },
};

function mount(opening: Opening, close: (value: unknown) => void): Frame {
  const element = document.createElement("iframe");
  element.title = opening.location;
  element.setAttribute(
    "sandbox",
    "allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads",
  );
  element.style.width = opening.width === undefined ? "100%" : `${opening.width}px`;
  count += 1;
  element.name = `frame-${count}`;
  const data = { ...opening.data, id: element.name, location: opening.location };
  // Screens that Contentful scrolls itself are shown whole.
  if (opening.location === "app-config") element.style.height = "2400px";
  const frame = { element, data, close };
  frames.add(frame);
  element.src = opening.app;
  shelf.append(element);
  return frame;
}

function unmount(frame: Frame): void {
  frames.delete(frame);
  frame.element.remove();
}

const post = (frame: Frame, message: object) => frame.element.contentWindow?.postMessage(message, "*");
const tell = (method: string, ...params: readonly unknown[]) => {
  for (const frame of frames) post(frame, { method, params });
};

addEventListener("message", ({ source, data }: MessageEvent<Message>) => {
  const frame = [...frames].find(({ element }) => element.contentWindow === source);
  if (frame === undefined || typeof data !== "object" || data === null) return;
  const { method = "", params = [], id } = data;
  if (method === "init") {
    post(frame, { method: "connect", params: [frame.data, []] });
    return;
  }
  if (data.source !== frame.data.id || send(frame, method, params)) return;
  call(frame, method, params).then(
    (result) => post(frame, { id, result }),
    (error: unknown) => post(frame, { id, error }),
  );
});

/** Messages that nobody waits for; answers whether it was one. */
function send(frame: Frame, method: string, params: readonly unknown[]): boolean {
  const [first] = params;
  if (method === "notify") state.notes.push(first);
  else if (method === "setHeight") {
    state.heights.push(Number(first));
    frame.element.style.height = `${Number(first)}px`;
  } else if (method === "closeDialog") {
    unmount(frame);
    frame.close(first);
  } else if (method === "appHookResult") {
    const { stage, installationRequestId, result } = first as Json;
    hooks.get(`${stage} ${installationRequestId}`)?.(result);
  } else return method === "setActive";
  return true;
}

async function call(frame: Frame, method: string, params: readonly unknown[]): Promise<unknown> {
  const [first, second, third] = params;
  switch (method) {
    case "CMAAdapterCall":
      return askServer(first);
    case "callAppMethod":
      return appMethod(String(first));
    case "setValue":
      change(String(first), String(second), third);
      return third;
    case "removeValue":
      change(String(first), String(second), undefined);
      return undefined;
    case "openDialog":
      return dialog(frame, String(first), second as Json);
    case "navigateToContentEntity":
    case "navigateToPage":
      state.visited.push(first);
      return { navigated: true };
    case "checkAccess":
    case "checkAppConfigAccess":
      return true;
    case "setInvalid":
      return undefined;
    default:
      throw { message: `The host knows no ${method}.`, code: "UNKNOWN" };
  }
}

function appMethod(name: string): unknown {
  if (name === "setReady") state.isReady = true;
  if (name === "isInstalled") return state.isInstalled;
  if (name === "getParameters") return state.parameters;
  if (name === "getCurrentState") return state.current;
  return undefined;
}

function change(field: string, locale: string, value: unknown): void {
  state.values[field] = { ...state.values[field], [locale]: value };
  tell("valueChanged", field, locale, value);
}

function dialog(frame: Frame, kind: string, options: Json): Promise<unknown> | unknown {
  state.asked.push({ kind, options });
  if (kind === "confirm") return state.confirms;
  if (kind === "entitySelector") return state.picks;
  if (kind !== "app") return undefined;
  return new Promise((resolve) => {
    const { parameters } = frame.data as { readonly parameters: Json };
    const data = { ...frame.data, parameters: { ...parameters, invocation: options.parameters } };
    mount({ location: "dialog", app: frame.element.src, data }, resolve);
  });
}

/** Contentful's web app asks the management API with the session of the person in front of it; here that is the server's. */
async function askServer(request: unknown): Promise<unknown> {
  const response = await fetch("/cma", { method: "POST", body: JSON.stringify(request) });
  const { result, error } = (await response.json()) as {
    readonly result?: unknown;
    readonly error?: unknown;
  };
  if (error !== undefined) throw error;
  return result;
}

function hook(stage: string, request: string, err: object | null): Promise<unknown> {
  return new Promise((resolve) => {
    hooks.set(`${stage} ${request}`, resolve);
    tell("appHook", { stage, installationRequestId: request, err });
  });
}

const host: Host = {
  state,
  open(opening) {
    for (const frame of frames) unmount(frame);
    state.isReady = false;
    mount(opening, () => {});
  },
  async install(refusal) {
    const request = `install-${Date.now()}`;
    const result = (await hook("preInstall", request, null)) as
      | false
      | { readonly parameters: Json; readonly targetState: Json };
    if (result === false) return false;
    if (refusal === undefined) {
      state.isInstalled = true;
      state.parameters = result.parameters;
      state.current = result.targetState;
    }
    await hook("postInstall", request, refusal === undefined ? null : { message: refusal });
    return refusal === undefined;
  },
  names: () => [...frames].map(({ element }) => element.name),
  setValue: change,
  changeSys: () => tell("sysChanged", { id: "changed" }),
};
(globalThis as unknown as { host: Host }).host = host;
