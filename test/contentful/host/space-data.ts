import type { Opening } from "./page.ts";

type Json = Readonly<Record<string, unknown>>;

const link = (linkType: string, id: string) => ({ sys: { type: "Link", linkType, id } });

/** A link to an asset, as fields hold it. */
export const assetLink = (id: string) => link("Asset", id);

/** What editors write articles with. */
export const ARTICLE = {
  sys: { type: "ContentType", id: "article", version: 1, space: link("Space", "space1") },
  name: 'Article <img src=x onerror="top.hacked=1">',
  displayField: "title",
  fields: [
    { id: "title", name: "Title", type: "Symbol", localized: true, required: true, validations: [] },
    { id: "hero", name: "Hero", type: "Link", linkType: "Asset", localized: true, validations: [] },
    {
      ...{ id: "gallery", name: "Gallery", type: "Array", localized: false, validations: [] },
      items: { type: "Link", linkType: "Asset", validations: [] },
    },
    { id: "teaser", name: "Teaser", type: "Object", localized: true, validations: [] },
    { id: "body", name: "Body", type: "RichText", localized: true, validations: [] },
  ],
} as const;

export const PAGE_TYPE = {
  sys: { type: "ContentType", id: "page", version: 1, space: link("Space", "space1") },
  name: "Page",
  displayField: "title",
  fields: [{ id: "title", name: "Title", type: "Symbol", localized: false, validations: [] }],
} as const;

export type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the SDK is connected with in each place. `parameters` are the app's, of the installation. */
export function dataFor(options: {
  readonly app: string;
  readonly user: string;
  readonly parameters?: Json | undefined;
  readonly values?: Values;
  /** The field and locale that are edited. */
  readonly field?: readonly [id: string, locale: string];
  readonly asset?: string;
  readonly environment?: string;
}): Opening["data"] {
  const { app, user, parameters = {}, values = {}, field, asset, environment = "master-2026-11" } = options;
  const locales = ["en-US", "de"];
  const fieldInfo = ARTICLE.fields.map((each) => ({
    ...each,
    locales: each.localized ? locales : ["en-US"],
    values: values[each.id] ?? {},
    isDisabled: Object.fromEntries(locales.map((locale) => [locale, false])),
    schemaErrors: {},
  }));
  const edited = fieldInfo.find(({ id }) => id === field?.[0]);
  const locale = field?.[1] ?? "en-US";
  return {
    user: { sys: { type: "User", id: user }, firstName: "Edith", lastName: "Or", email: "e@example.com" },
    parameters: { installation: parameters, instance: {}, invocation: {} },
    locales: {
      available: locales,
      default: "en-US",
      names: { "en-US": "English", de: "German" },
      fallbacks: { de: "en-US" },
      optional: {},
      direction: { "en-US": "ltr", de: "ltr" },
    },
    ids: {
      ...{ user, organization: "org1", space: "space1", environment, app },
      ...(environment === "master-2026-11" && { environmentAlias: "master" }),
      ...{ entry: "entry1", contentType: "article" },
      ...(field && { field: field[0] }),
    },
    initialContentTypes: [ARTICLE, PAGE_TYPE],
    hostnames: {
      delivery: "cdn.contentful.com",
      management: "api.contentful.com",
      webapp: "app.contentful.com",
    },
    uiLanguageLocale: "en-US",
    contentType: ARTICLE,
    entry: {
      sys: { type: "Entry", id: "entry1", version: 1, contentType: link("ContentType", "article") },
      metadata: {},
    },
    fieldInfo,
    editorInterface: { controls: [], sidebar: [] },
    editor: { localeSettings: { mode: "multi", active: locales }, showHiddenFields: false },
    ...(edited && {
      field: {
        ...edited,
        ...{ locale, value: values[edited.id]?.[locale], isDisabled: false, schemaErrors: [] },
      },
    }),
    ...(asset !== undefined && { asset: { sys: { type: "Asset", id: asset, version: 1 }, metadata: {} } }),
  };
}
