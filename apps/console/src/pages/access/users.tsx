import { Button } from "@mantine/core";
import { Link, Route, Switch } from "wouter";
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
    <Switch>
      <Route path="/users">
        <UserList />
      </Route>
      <Route path="/users/new">
        <NewUser />
      </Route>
      <Route path="/users/:id">{({ id }) => <UserPage key={id} id={id} />}</Route>
      <Route>
        <NotHere />
      </Route>
    </Switch>
  );
}

function UserList() {
  const pages = usePages<User>("/access/users", "users");
  return (
    <>
      <PageHead
        title="Users"
        lead="Who may sign in here, and what each may do. Programs have API keys instead."
        actions={
          <Button component={Link} href="/users/new">
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
                  <Link href={`/users/${encodeURIComponent(user.id)}`}>{user.name}</Link>
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
