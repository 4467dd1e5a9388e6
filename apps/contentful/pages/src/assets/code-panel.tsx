import { Button } from "@contentful/f36-button";
import { FormControl, Select } from "@contentful/f36-forms";
import type { Transformation } from "@freshet/core";
import { useState } from "react";
import type { Asset } from "../api/shapes.ts";
import { useApp } from "../shared/app-context.tsx";
import { copyText } from "../shared/copy-text.ts";
import { CODE_KINDS, type CodeKind, codeFor, withQuery } from "./code.ts";

const KINDS: Readonly<Record<CodeKind, string>> = {
  url: "Address",
  img: "HTML, responsive",
  markdown: "Markdown",
  css: "CSS background",
};

/** Code that shows the asset in a page, to be copied. `below` is asked of the picture in any case. */
export function CodePanel({ asset, below = {} }: { readonly asset: Asset; readonly below?: Transformation }) {
  const { status, presets } = useApp();
  const places = placesOf(asset);
  const [chosen, setChosen] = useState(0);
  const [query, setQuery] = useState("");
  const [kind, setKind] = useState<CodeKind>("url");
  const [copied, setCopied] = useState<string>();
  const place = places[chosen] ?? places[0];
  if (place === undefined) return null;
  const transformation = place.isPicture ? withQuery(query, below) : {};
  const code = codeFor(place.isPicture ? kind : "url", {
    ...place,
    ...{ endpoint: status.endpoint, title: asset.title ?? "", transformation },
  });
  const copy = async () =>
    setCopied((await copyText(code)) ? "Copied." : "This browser does not let the app copy: mark the text.");

  return (
    <div className="code">
      <div className="fields">
        <FormControl marginBottom="none">
          <FormControl.Label>Picture</FormControl.Label>
          <Select
            size="small"
            value={String(chosen)}
            onChange={({ target }) => setChosen(Number(target.value))}
          >
            {places.map(({ name }, index) => (
              <Select.Option key={name} value={String(index)}>
                {name}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
        <FormControl marginBottom="none">
          <FormControl.Label>Variant</FormControl.Label>
          <Select
            size="small"
            value={query}
            isDisabled={!place.isPicture}
            onChange={({ target }) => setQuery(target.value)}
          >
            <Select.Option value="">As it is</Select.Option>
            {presets.map((preset) => (
              <Select.Option key={preset.name} value={preset.query}>
                {preset.name}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
        <FormControl marginBottom="none">
          <FormControl.Label>Code</FormControl.Label>
          <Select
            size="small"
            value={kind}
            isDisabled={!place.isPicture}
            onChange={({ target }) => setKind(target.value as CodeKind)}
          >
            {CODE_KINDS.map((each) => (
              <Select.Option key={each} value={each}>
                {KINDS[each]}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
      </div>
      <textarea className="source" aria-label="Code to copy" readOnly rows={4} value={code} />
      <div className="row">
        <Button size="small" variant="primary" onClick={() => void copy()}>
          Copy
        </Button>
        <span role="status" className="quiet">
          {copied}
        </span>
      </div>
    </div>
  );
}

function placesOf({ stable, files }: Asset) {
  const pictures = files.map(({ locale, original, version, width, content_type }) => ({
    name: `This file (${locale})`,
    original,
    version: version as string | undefined,
    width: width ?? undefined,
    isPicture: content_type.startsWith("image/"),
  }));
  const isPicture = pictures[0]?.isPicture ?? true;
  const ids = stable
    .filter(({ stands_for }) => stands_for !== null)
    .map(({ locale, original, stands_for }) => ({
      name: locale === null ? "Always the newest file" : `Always the newest file (${locale})`,
      original,
      version: undefined,
      width: files.find((file) => file.original === stands_for)?.width ?? undefined,
      isPicture,
    }));
  return [...ids, ...pictures];
}
