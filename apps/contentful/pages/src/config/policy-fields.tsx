import { Checkbox, FormControl, Select, Textarea } from "@contentful/f36-forms";
import type { Policy } from "../api/shapes.ts";

interface PolicyFieldsProps {
  readonly policy: Policy;
  readonly warm: string;
  readonly fault: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (policy: Policy) => void;
  readonly onWarm: (warm: string) => void;
}

/** What is done when something changes in Contentful. */
export function PolicyFields({ policy, warm, fault, isDisabled, onChange, onWarm }: PolicyFieldsProps) {
  const withdrawn = (key: "unpublished" | "deleted", label: string) => (
    <FormControl isDisabled={isDisabled}>
      <FormControl.Label>{label}</FormControl.Label>
      <Select
        value={policy[key]}
        onChange={({ target }) => onChange({ ...policy, [key]: target.value as Policy[typeof key] })}
      >
        <Select.Option value="purge">Forget it (Contentful itself serves the file on)</Select.Option>
        <Select.Option value="block">
          Block it: visitors get "410 Gone" until it is published again
        </Select.Option>
      </Select>
    </FormControl>
  );
  return (
    <>
      <FormControl isDisabled={isDisabled}>
        <Checkbox
          id="follow"
          isDisabled={isDisabled}
          isChecked={policy.follow}
          onChange={({ target }) => onChange({ ...policy, follow: target.checked })}
        >
          Follow what editors publish
        </Checkbox>
      </FormControl>
      <FormControl isDisabled={isDisabled}>
        <FormControl.Label>When a file is replaced</FormControl.Label>
        <Select
          value={policy.replaced}
          onChange={({ target }) => onChange({ ...policy, replaced: target.value as Policy["replaced"] })}
        >
          <Select.Option value="purge">Forget its old address, too</Select.Option>
          <Select.Option value="re-version">Leave its old address to pages that still name it</Select.Option>
        </Select>
      </FormControl>
      {withdrawn("unpublished", "When an asset is unpublished or archived")}
      {withdrawn("deleted", "When an asset is deleted")}
      <FormControl isDisabled={isDisabled} isInvalid={fault !== undefined} marginBottom="none">
        <FormControl.Label>Warm up</FormControl.Label>
        <Textarea
          value={warm}
          rows={3}
          placeholder={"w=800\nw=1600&h=600"}
          onChange={({ target }) => onWarm(target.value)}
        />
        <FormControl.HelpText>
          Parameters of delivery URLs, one a line. They are asked for as soon as a change is done, so that no
          visitor waits.
        </FormControl.HelpText>
        {fault !== undefined && <FormControl.ValidationMessage>{fault}</FormControl.ValidationMessage>}
      </FormControl>
    </>
  );
}
