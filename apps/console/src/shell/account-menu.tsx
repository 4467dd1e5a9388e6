import { ActionIcon, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { call } from "../api/call.ts";
import { SESSION } from "../api/client.ts";
import { apiErrorOf } from "../api/error.ts";
import { useUser } from "../api/session.ts";
import { say } from "../pieces/say.tsx";
import { Icon } from "./icons.tsx";

/** Who is signed in, their own page, and the way out. */
export function AccountMenu() {
  const user = useUser();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    try {
      await call("DELETE", SESSION);
      // Nothing that was read under the old session stays in memory.
      client.clear();
      void navigate("/sign-in");
    } catch (thrown) {
      say(apiErrorOf(thrown).message, "bad");
    }
  };
  if (!user) return null;
  return (
    <Menu position="bottom-end" withinPortal={false} width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account of ${user.name}`}>
          <Icon name="account" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.name}
          <br />
          {user.email}
        </Menu.Label>
        <Menu.Item component={Link} to="/profile">
          Profile and sessions
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
