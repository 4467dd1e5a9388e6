import { Button } from "@mantine/core";
import { Link, Route, Routes, useParams } from "react-router";
import { usePages } from "../../api/hooks.ts";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { NotHere, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import classes from "./access.module.css";
import { NewUser } from "./new-user.tsx";
import { RightText } from "./right-text.tsx";
import type { User } from "./shapes.ts";
import { UserPage } from "./user-page.tsx";

/** Who may sign in: the list, a new one, and the page of each. */
export function Users() {
  return (
    <Routes>
      <Route index element={<UserList />} />
      <Route path="new" element={<NewUser />} />
      <Route path=":id" element={<OneUser />} />
      <Route path="*" element={<NotHere />} />
    </Routes>
  );
}

function OneUser() {
  const { id = "" } = useParams<"id">();
  return <UserPage key={id} id={id} />;
}

function UserList() {
  const pages = usePages<User>("/access/users", "users");
  return (
    <>
      <PageHead
        title="Users"
        lead="Who may sign in here, and what each may do. Programs have API keys instead."
        actions={
          <Button component={Link} to="/users/new">
            Invite a user
          </Button>
        }
      />
      {stateOf(pages.query, "Asking for the users") ?? (
        <TableBox name="Users">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Rights</th>
              <th scope="col">Signed in last</th>
              <th scope="col">Added</th>
            </tr>
          </thead>
          <tbody>
            {pages.items.map((user) => (
              <tr key={user.id}>
                <td className={classes.wide}>
                  <Link to={`/users/${encodeURIComponent(user.id)}`}>{user.name}</Link>
                  <br />
                  <span className={classes.dim}>{user.email}</span>
                </td>
                <td className={classes.wide}>
                  <RightText rights={user.rights} />
                </td>
                <td>
                  <LastSeen user={user} />
                </td>
                <td>
                  <DateTime at={user.created_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
      <Pager pages={pages} what="users" />
    </>
  );
}

function LastSeen({ user }: { readonly user: User }) {
  if (user.signed_in_at !== undefined) return <Ago at={user.signed_in_at} />;
  return user.invited_until === undefined ? (
    <StatusBadge kind="warn">no link</StatusBadge>
  ) : (
    <StatusBadge kind="idle">invited</StatusBadge>
  );
}
