import { Button } from "@contentful/f36-button";
import { FormControl, Select, TextInput } from "@contentful/f36-forms";
import { useState } from "react";
import { EVENT_STATES, type EventLine } from "../api/shapes.ts";
import { EventTable } from "../assets/event-table.tsx";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { usePages } from "../shared/use-pages.ts";
import { Waiting } from "../shared/waiting.tsx";

/** The event log of the space: what came in, what was done about it, and why. */
export function EventsTab() {
  const { calls } = useApp();
  const [state, setState] = useState("");
  const [text, setText] = useState("");
  const [asset, setAsset] = useState("");
  const list = usePages<EventLine>(`${state} ${asset}`, async (before) => {
    const { events, next } = await calls.events({
      ...(state !== "" && { state }),
      ...(asset !== "" && { asset }),
      ...(before !== undefined && { before }),
    });
    return { items: events, next };
  });
  return (
    <>
      <form
        className="row top"
        onSubmit={(event) => {
          event.preventDefault();
          setAsset(text.trim());
        }}
      >
        <FormControl marginBottom="none" className="grow">
          <FormControl.Label>Id of an asset</FormControl.Label>
          <TextInput
            type="search"
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              if (target.value === "") setAsset("");
            }}
          />
        </FormControl>
        <FormControl marginBottom="none">
          <FormControl.Label>State</FormControl.Label>
          <Select value={state} onChange={({ target }) => setState(target.value)}>
            <Select.Option value="">Every state</Select.Option>
            {EVENT_STATES.map((each) => (
              <Select.Option key={each} value={each}>
                {each.replaceAll("-", " ")}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
        <Button type="submit" className="beside-label">
          Show
        </Button>
        <Button className="beside-label" isLoading={list.isLoading} onClick={() => void list.reload()}>
          Look again
        </Button>
      </form>
      {list.problem && <ProblemNote problem={list.problem} again={() => void list.reload()} />}
      {list.items.length === 0 && list.isLoading && <Waiting what="Reading the log …" />}
      {list.items.length === 0 && !list.isLoading && !list.problem && (
        <p className="quiet">
          {state === "" && asset === "" ? "No event has come in yet." : "There are none of these."}
        </p>
      )}
      {list.items.length > 0 && <EventTable events={list.items} label="Event log" />}
      {list.hasMore && (
        <Button isLoading={list.isLoading} onClick={() => void list.more()} className="gap-above">
          More
        </Button>
      )}
    </>
  );
}
