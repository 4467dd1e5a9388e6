/** As much of a content type as is looked at. */
export interface ContentType {
  readonly sys: { readonly id: string };
  readonly name: string;
  readonly fields: readonly {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly linkType?: string;
    readonly items?: { readonly linkType?: string };
  }[];
}

interface Editor {
  readonly controls?: readonly { readonly fieldId: string; readonly settings?: object }[];
  readonly sidebar?: { readonly position: number; readonly settings?: object };
  readonly [other: string]: unknown;
}

/** Where the app is shown, by content type, in Contentful's own form. */
export type EditorState = Readonly<Record<string, Editor>>;

/** Fields whose editor the app can be. */
export const fieldsFor = ({ fields }: ContentType) =>
  fields.filter(
    ({ type, linkType, items }) =>
      type === "Object" ||
      (type === "Link" && linkType === "Asset") ||
      (type === "Array" && items?.linkType === "Asset"),
  );

export const hasSidebar = (state: EditorState, type: string): boolean => state[type]?.sidebar !== undefined;

export const hasField = (state: EditorState, type: string, field: string): boolean =>
  state[type]?.controls?.some(({ fieldId }) => fieldId === field) ?? false;

/** With or without the app beside entries of the type; all else stays as it is. */
export function withSidebar(state: EditorState, type: string, isOn: boolean): EditorState {
  const { sidebar, ...others } = state[type] ?? {};
  return { ...state, [type]: isOn ? { ...others, sidebar: sidebar ?? { position: 0 } } : others };
}

/** With or without the app as the editor of a field; all else stays as it is. */
export function withField(state: EditorState, type: string, field: string, isOn: boolean): EditorState {
  const { controls = [], ...others } = state[type] ?? {};
  const rest = controls.filter(({ fieldId }) => fieldId !== field);
  const before = controls.find(({ fieldId }) => fieldId === field);
  const next = isOn ? [...rest, before ?? { fieldId: field }] : rest;
  return { ...state, [type]: next.length > 0 ? { ...others, controls: next } : others };
}

/** Reads what `getCurrentState` gave, which is null before the first installation. */
export function readEditorState(value: unknown): EditorState {
  if (typeof value !== "object" || value === null) return {};
  const { EditorInterface } = value as { readonly EditorInterface?: unknown };
  return typeof EditorInterface === "object" && EditorInterface !== null
    ? (EditorInterface as EditorState)
    : {};
}
