import { Anchor, Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useSend } from "../../api/hooks.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { say } from "../../pieces/say.tsx";
import { Problem } from "../../pieces/states.tsx";
import classes from "./create.module.css";
import { isPrivateAddress } from "./private-address.ts";
import type { ProjectChanged } from "./shapes.ts";

/** `/projects/new`: a name, and where the first pictures are; everything else has a default and its place in the settings. */
export function CreateProject() {
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [host, setHost] = useState("");
  const navigate = useNavigate();
  const make = useSend<ProjectChanged>(
    () => ({ method: "POST", where: "/projects", body: bodyOf(name, address, host) }),
    ["/projects"],
  );
  const faultAt = (beginning: string) =>
    make.error?.faults
      .filter(({ pointer }) => pointer.startsWith(beginning))
      .map(({ sentence }) => sentence)
      .join(" ");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(undefined, {
      onSuccess: (made) => {
        say(`The project ${made.name} is there.`);
        void navigate(`/p/${encodeURIComponent(made.name)}/settings/sources`);
      },
    });
  };
  const isNamed = make.error?.code === "PROJECT_NAME_WRONG" || make.error?.code === "PROJECT_EXISTS";
  return (
    <>
      <PageHead title="New project" lead="It is served by every instance within a second." />
      <form onSubmit={submit} className={classes.form}>
        <Stack gap="lg">
          <TextInput
            label="Name"
            description="Small letters, digits and hyphens. It is the first label of the delivery host."
            placeholder="shop"
            required
            value={name}
            error={isNamed ? make.error?.message : faultAt("/name")}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Where its pictures are"
            description={`An address of a folder. It becomes the source _media_; buckets and others are added afterwards.${
              isPrivateAddress(address)
                ? " This one is behind the server: the project will be allowed to reach private addresses that it writes out."
                : ""
            }`}
            placeholder="https://shop.example/media"
            value={address}
            error={faultAt("/settings/aliases")}
            spellCheck={false}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <TextInput
            label="Delivery host"
            description="Where nothing is written, every host whose first label is the name."
            placeholder="img.shop.example"
            value={host}
            error={faultAt("/settings/hosts")}
            spellCheck={false}
            onChange={(event) => setHost(event.currentTarget.value)}
          />
          {make.error && !isNamed && <Problem error={make.error} />}
          <Group>
            <Button type="submit" loading={make.isPending} disabled={name.trim() === ""}>
              Make the project
            </Button>
            <Anchor component={Link} underline="always" to="/projects">
              Cancel
            </Anchor>
          </Group>
        </Stack>
      </form>
    </>
  );
}

/** Private addresses are opened where the pictures are at one: whoever makes projects may do so, and wrote it down. */
function bodyOf(name: string, address: string, host: string): object {
  const url = address.trim();
  return {
    name: name.trim(),
    settings: {
      ...(url !== "" && { aliases: { _media_: url } }),
      ...(isPrivateAddress(url) && { origins: { allowPrivate: true } }),
      ...(host.trim() !== "" && { hosts: [host.trim()] }),
    },
  };
}
