import type { ConfigAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { FormControl, TextInput } from "@contentful/f36-forms";
import { Note } from "@contentful/f36-note";
import { Heading, Subheading } from "@contentful/f36-typography";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { createCalls, findConnector } from "../api/calls.ts";
import { connectorAt, isServedByConnector } from "../api/place.ts";
import { ContentTypes } from "../config/content-types.tsx";
import { draftOf, faultsOf, takeOver } from "../config/draft.ts";
import { Health } from "../config/health.tsx";
import { PolicyFields } from "../config/policy-fields.tsx";
import { PresetRows } from "../config/preset-rows.tsx";
import { SecretField } from "../config/secret-field.tsx";
import { readStart, type Start } from "../config/start.ts";
import { useInstallation } from "../config/use-installation.ts";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";

/** The screen on which the app is installed and set up. */
export function AppConfig({ sdk }: { readonly sdk: ConfigAppSDK }) {
  const { value: start, problem, reload } = useLoad("start", () => readStart(sdk));
  const isReady = start !== undefined || problem !== undefined;
  useEffect(() => {
    if (isReady) void sdk.app.setReady();
  }, [sdk, isReady]);
  if (start === undefined)
    return problem ? (
      <ProblemNote problem={problem} again={() => void reload()} />
    ) : (
      <Waiting what="Loading …" />
    );
  return <Form sdk={sdk} start={start} />;
}

function Form({ sdk, start }: { readonly sdk: ConfigAppSDK; readonly start: Start }) {
  const needsConnector = !isServedByConnector(location.href);
  const [draft, setDraft] = useState(() => draftOf(start.parameters, start.editors));
  const [isInstalled, setInstalled] = useState(start.isInstalled);
  const base = connectorAt(location.href, { connector: draft.connector });
  const callsAt = useCallback((at: string) => createCalls(sdk, at), [sdk]);
  const status = useLoad(`${isInstalled} ${needsConnector ? start.parameters.connector : base}`, async () => {
    const at = connectorAt(location.href, { connector: draft.connector });
    return isInstalled && at !== undefined ? await callsAt(at).status() : undefined;
  });
  const said = status.value;
  const work = useWork();
  const { reload } = status;
  const installation = useInstallation({
    ...{ sdk, draft, needsConnector, base, callsAt, policy: said?.policy },
    onSaved: () => {
      setInstalled(true);
      setDraft((before) => ({ ...before, apiKey: "", webhookSecret: "" }));
      void reload();
    },
  });
  // What the connector keeps is what the form begins with, and what it shows after saving.
  useEffect(() => {
    if (said) setDraft((before) => takeOver(before, said.policy));
  }, [said]);

  const faults = faultsOf(draft, needsConnector);
  const shown = (part: keyof typeof draft) =>
    installation.hasFaults || draft[part] !== "" ? faults.get(part) : undefined;
  const mayAdminister = said === undefined || said.can.administer;
  const check = () =>
    work.start("check", async () => {
      const fault = base === undefined ? "Write the connector's address first." : await findConnector(base);
      return fault ?? `A connector of Freshet answers at ${base}.`;
    });
  const drop =
    (which: "api_key" | "old_webhook_secret" | "webhook_secrets", question: string) => async () => {
      const isSure = await sdk.dialogs.openConfirm({
        ...{ title: "Drop the secret", message: question, intent: "negative", confirmLabel: "Drop" },
      });
      if (!isSure || base === undefined) return;
      work.start(which, async () => {
        await callsAt(base).dropSecret(which);
        await reload();
        return "Dropped.";
      });
    };

  return (
    <div className="config">
      <Heading as="h2">Freshet</Heading>
      <p>Pictures of this space are delivered by Freshet, and are what editors published at any moment.</p>
      {installation.problem && <ProblemNote problem={installation.problem} />}
      <div role="status">{installation.result && <Note variant="positive">{installation.result}</Note>}</div>
      {status.problem && <ProblemNote problem={status.problem} again={() => void reload()} />}
      {!mayAdminister && (
        <Note variant="warning" title="The connector does not know you as an administrator of this space">
          Policies and secrets stay as they are. The connector needs the app's private key, or your user id in
          its configuration.
        </Note>
      )}

      <Section title="Connect">
        {needsConnector ? (
          <FormControl isInvalid={shown("connector") !== undefined} isRequired>
            <FormControl.Label>Address of the connector</FormControl.Label>
            <TextInput
              type="url"
              value={draft.connector}
              placeholder="https://images.example.com"
              onChange={({ target }) => setDraft({ ...draft, connector: target.value })}
            />
            {shown("connector") !== undefined && (
              <FormControl.ValidationMessage>{shown("connector")}</FormControl.ValidationMessage>
            )}
          </FormControl>
        ) : (
          <p className="wrap">These pages come from the connector at {base}.</p>
        )}
        <div className="row gap-below">
          <Button size="small" isLoading={work.running === "check"} onClick={check}>
            Check the connection
          </Button>
          <span role="status" className="wrap">
            {work.result}
          </span>
        </div>
        {work.problem && <ProblemNote problem={work.problem} />}
        <SecretField
          label="API key of the project"
          help="The key of the project in Freshet that delivers this space. It is sent to the connector and never shown again."
          kept={
            said?.api_key
              ? [
                  {
                    ...said.api_key,
                    note: said.api_key.from === "file" ? "from the connector's configuration" : "set here",
                    ...(said.api_key.from === "app" && {
                      drop: () =>
                        void drop(
                          "api_key",
                          "The connector then uses the key of its configuration, if any.",
                        )(),
                    }),
                  },
                ]
              : []
          }
          value={draft.apiKey}
          fault={shown("apiKey")}
          isDisabled={!mayAdminister}
          onChange={(apiKey) => setDraft({ ...draft, apiKey })}
        />
        <SecretField
          label="Signing secret of the space's webhooks"
          help="Only where webhooks are used beside the app's events, as for switched aliases. The one before stays good until it is dropped."
          kept={(said?.webhook_secrets ?? []).map((secret, index) => ({
            ...secret,
            ...(index > 0 && { note: "old" }),
            drop: () =>
              void drop(
                index > 0 ? "old_webhook_secret" : "webhook_secrets",
                index > 0
                  ? "Webhooks signed with the old secret are refused then."
                  : "Webhooks are refused then.",
              )(),
          }))}
          value={draft.webhookSecret}
          fault={shown("webhookSecret")}
          isDisabled={!mayAdminister}
          onChange={(webhookSecret) => setDraft({ ...draft, webhookSecret })}
        />
      </Section>

      <Section title="Policies">
        <PolicyFields
          policy={draft.policy}
          warm={draft.warm}
          fault={shown("warm")}
          isDisabled={!mayAdminister}
          onChange={(policy) => setDraft({ ...draft, policy })}
          onWarm={(warm) => setDraft({ ...draft, warm })}
        />
      </Section>

      <Section title="Variants">
        <p className="quiet">Editors choose from these where a picture is shown.</p>
        {installation.hasFaults && faults.get("presets") !== undefined && (
          <Note variant="negative">{faults.get("presets")}</Note>
        )}
        <PresetRows presets={draft.presets} onChange={(presets) => setDraft({ ...draft, presets })} />
      </Section>

      <Section title="Where it is shown">
        <ContentTypes
          types={start.types}
          editors={draft.editors}
          onChange={(editors) => setDraft({ ...draft, editors })}
        />
      </Section>

      <Section title="Health">
        {said && base !== undefined ? (
          <Health calls={callsAt(base)} status={said} base={base} />
        ) : (
          <p className="quiet">
            {isInstalled ? "Nothing is known yet." : "Install the app to see how it stands."}
          </p>
        )}
      </Section>
    </div>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Subheading as="h3">{title}</Subheading>
      {children}
    </section>
  );
}
