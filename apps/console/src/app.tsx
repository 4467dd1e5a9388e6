import { Navigate, Route, Routes, useLocation } from "react-router";
import { useSession } from "./api/session.ts";
import { signInOf } from "./pages/access/back.ts";
import { isAllowed, PAGES, type PageEntry } from "./pages/index.tsx";
import { NoRights, NotHere, Problem, Waiting } from "./pieces/states.tsx";
import { Boundary } from "./shell/boundary.tsx";
import { Frame } from "./shell/frame.tsx";
import { Loaded, usePageEarly } from "./shell/loaded.tsx";
import { useNamedProject } from "./shell/place.ts";

const SETUP = "/setup";
const PUBLIC = PAGES.filter(({ need }) => need === "public");
const OTHERS = PAGES.filter(({ need }) => need !== "public");

/** Who may see what: the setup where there is no user yet, the sign-in where nobody is signed in, else the page in its frame. */
export function App() {
  const { pathname: location } = useLocation();
  const session = useSession();
  usePageEarly(location);
  if (session.isPending) return <Waiting what="Looking who is signed in" />;
  if (session.data === undefined)
    return <Problem error={session.error} again={() => void session.refetch()} isAlone />;
  const { user, setup_needed: isSetup } = session.data;
  if (isSetup && location !== SETUP) return <Navigate to={SETUP} replace />;
  const isPublic = PUBLIC.some(({ path }) => path === location);
  if (!user && !isPublic) return <Navigate to={signInOf(location, window.location.search)} replace />;
  if (isPublic) return <Places pages={PUBLIC} />;
  return (
    // Of another user nothing that was begun stays on the screen.
    <Frame key={user?.id}>
      <Places pages={OTHERS} />
    </Frame>
  );
}

function Places({ pages }: { readonly pages: readonly PageEntry[] }) {
  const { pathname: location } = useLocation();
  return (
    <Boundary place={location}>
      <Routes>
        {pages.map((page) => (
          <Route key={page.path} path={page.path} element={<Place page={page} />} />
        ))}
        <Route path="*" element={<NotHere />} />
      </Routes>
    </Boundary>
  );
}

function Place({ page }: { readonly page: PageEntry }) {
  const project = useNamedProject();
  const { data } = useSession();
  if (page.need !== "public" && !isAllowed(page, data?.user?.rights, project)) return <NoRights />;
  // Of another project nothing of this one stays on the page.
  return <Loaded key={`${page.path} ${project ?? ""}`} page={page} />;
}
