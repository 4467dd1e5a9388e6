import { Button, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { ALIAS_KINDS, type AliasKind, describeTarget, kindOf } from "../alias-kinds.ts";
import { useEditing, useSetting } from "../editing.ts";
import { Field } from "../field.tsx";
import { isSame, type Members } from "../paths.ts";
import { Rows } from "../rows.tsx";
import classes from "../settings.module.css";
import { SourceTrial } from "../source-trial.tsx";

/** The sources of a project, each with its own fields and a trial. */
export function Aliases() {
  const { project } = useEditing();
  const { value = {}, isLocked } = useSetting<Members>(["aliases"]);
  const [open, setOpen] = useState<string>();
  const names = Object.keys(value);
  return (
    <Stack gap="lg" key={project}>
      {names.length === 0 && (
        <p className={classes.hint}>
          There is no source yet: this project delivers only what its prefix and whitelist lead to.
        </p>
      )}
      <ul className={classes.cards} aria-label="Sources">
        {names.map((name) => (
          <AliasCard
            key={name}
            name={name}
            isOpen={open === name}
            toggled={() => setOpen(open === name ? undefined : name)}
          />
        ))}
      </ul>
      {!isLocked && <NewAlias taken={names} added={setOpen} />}
      <Headers />
      <Field
        path={["origins", "versionParameter"]}
        label="Origins take the version in the parameter"
        placeholder="v"
      />
    </Stack>
  );
}

function AliasCard({
  name,
  isOpen,
  toggled,
}: {
  readonly name: string;
  readonly isOpen: boolean;
  readonly toggled: () => void;
}) {
  const { value, set, isLocked, isPinned, isChanged, error } = useSetting<unknown>(["aliases", name]);
  const kind = kindOf(value);
  const panel = `alias-${name}`;
  return (
    <li className={classes.card} data-fault={error !== undefined || undefined}>
      <div className={classes.cardHead}>
        <div className={classes.cardWords}>
          <h3>
            <code>{name}</code>
          </h3>
          <p>
            {kind?.name ?? "Something else"}: <code>{describeTarget(value) || "nothing yet"}</code>
          </p>
          {(isPinned || isChanged) && (
            <p className={classes.hint}>
              {isPinned ? "Pinned by the configuration file." : "Changed, not saved yet."}
            </p>
          )}
          {error && !isOpen && <p className={classes.error}>{error}</p>}
        </div>
        <Button variant="default" size="xs" aria-expanded={isOpen} aria-controls={panel} onClick={toggled}>
          {isOpen ? "Close" : isLocked ? "Look and try" : "Edit and try"}
          <span className="unseen"> {name}</span>
        </Button>
      </div>
      {isOpen && (
        <div id={panel} className={classes.cardBody}>
          {kind?.fields.map(({ path, label, placeholder }) => (
            <Field
              key={path.join("/")}
              path={["aliases", name, ...path]}
              label={label}
              {...(placeholder !== undefined && { placeholder })}
            />
          ))}
          {kind && kind.fields.length === 0 && (
            <p className={classes.hint}>Files are uploaded under Watermark and placeholder.</p>
          )}
          {!kind && <p className={classes.hint}>This source can be edited as JSON alone.</p>}
          <SourceTrial beginning={`${name}/`} />
          {!isLocked && (
            <Button variant="subtle" color="red" size="xs" onClick={() => set(undefined)}>
              Remove {name}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

function NewAlias({
  taken,
  added,
}: {
  readonly taken: readonly string[];
  readonly added: (name: string) => void;
}) {
  const { settings, set } = useEditing();
  const [name, setName] = useState("");
  const [id, setId] = useState<AliasKind["id"]>("url");
  const kind = ALIAS_KINDS.find((each) => each.id === id);
  const whole = id === "contentful" && !name.startsWith("ctf:") ? `ctf:${name}` : name;
  const error =
    name === "" ? undefined : taken.includes(whole) ? "There is a source of this name already." : undefined;
  return (
    <form
      className={classes.inline}
      onSubmit={(event) => {
        event.preventDefault();
        if (name === "" || error || !kind) return;
        set(["aliases", whole], kind.blank);
        added(whole);
        setName("");
      }}
      aria-label="Add a source"
    >
      <TextInput
        label="Name of a new source"
        description={
          id === "contentful"
            ? "The id of the space."
            : "As delivery URLs begin with it, with an underscore at both ends."
        }
        placeholder={id === "contentful" ? "cfexampleapi" : "_media_"}
        value={name}
        error={error}
        spellCheck={false}
        autoCapitalize="off"
        onChange={(event) => setName(event.currentTarget.value.trim())}
      />
      <NativeSelect
        label="Where it leads"
        data={ALIAS_KINDS.map((each) => ({ value: each.id, label: each.name }))}
        value={id}
        onChange={(event) => setId(event.currentTarget.value as AliasKind["id"])}
      />
      <Button type="submit" disabled={name === "" || error !== undefined || isSame(settings, undefined)}>
        Add the source
      </Button>
    </form>
  );
}

function Headers() {
  const { value = [], set, isLocked } = useSetting<readonly object[]>(["origins", "headers"]);
  return (
    <fieldset className={classes.group}>
      <legend>Headers that origins are sent</legend>
      <Rows
        name="Headers"
        what="header"
        count={value.length}
        isLocked={isLocked}
        add={() => set([...value, { name: "", value: "" }])}
        remove={(at) => set(value.length === 1 ? undefined : value.toSpliced(at, 1))}
        row={(at) => (
          <>
            <Field
              path={["origins", "headers", at, "name"]}
              label="Name"
              hint=""
              placeholder="X-Origin-Key"
            />
            <Field path={["origins", "headers", at, "value"]} label="Value" hint="" />
          </>
        )}
      />
    </fieldset>
  );
}
