/** The frame of the page: header, the view that the address names, and the panel of the open movie. */
import { useMemo } from "react";
import { Provider } from "urql";
import { createClient } from "./api/client.js";
import { FirstUserQuery } from "./api/users.js";
import { Hero, Home } from "./home/home.js";
import { SearchResults } from "./home/search-results.js";
import { toSubject } from "./home/subject.js";
import { formatCount } from "./parts/count.js";
import { Later, later, soon } from "./parts/later.js";
import { Link } from "./parts/link.js";
import { Problem } from "./parts/problem.js";
import { SignIn } from "./parts/sign-in.js";
import { type Place, usePlace } from "./state/location.js";
import { useTheme } from "./state/theme.js";
import { storedToken } from "./state/token.js";
import { useLiveQuery } from "./state/use-live-query.js";

const MapPage = later(() => import("./map/map-page.js"));
const ModelPage = later(() => import("./model/model-page.js"));
const MoviePanel = soon(() => import("./movie/movie-panel.js"));
const WorkbenchPage = later(() => import("./workbench/workbench-page.js"));

export function App() {
  const token = storedToken.use();
  // Another token may read other things: nothing that was read before stays.
  const client = useMemo(() => createClient(token), [token]);
  return (
    <Provider value={client} key={token}>
      <Frame />
    </Provider>
  );
}

function Frame() {
  const [place, change] = usePlace();
  const { data, error, refetch } = useLiveQuery(FirstUserQuery, {});
  const viewer = { scope: data?.viewerScope ?? null, userId: data?.viewer?.userId ?? null };
  const someone = data?.viewer ?? data?.movieLens ?? data?.embedded ?? data?.users.edges[0]?.node;
  const subject =
    toSubject(place.user) ??
    (someone == null ? { kind: "guest" as const } : { kind: "user" as const, userId: someone.userId });
  const open = (movieId: number) => change({ movie: String(movieId) });
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header scope={viewer.scope} />
      <main id="content" tabIndex={-1}>
        {error !== undefined && <Problem error={error} onRetry={refetch} />}
        {data !== undefined && data.dataset === null ? (
          <p className="empty">
            This server has no movies yet: run <code>npx marquee setup</code>, or <code>npx marquee import</code> with a
            data set.
          </p>
        ) : place.view === "map" && data !== undefined ? (
          <Later key={place.view} fallback={<p className="empty">Loading…</p>}>
            <MapPage subject={subject} onOpen={open} />
          </Later>
        ) : place.view === "workbench" && data !== undefined ? (
          <Later key={place.view} fallback={<p className="empty">Loading…</p>}>
            <WorkbenchPage viewer={viewer} />
          </Later>
        ) : place.view === "model" ? (
          <Later key={place.view} fallback={<p className="empty">Loading…</p>}>
            <ModelPage />
          </Later>
        ) : place.q !== undefined && place.q.trim() !== "" ? (
          <SearchResults search={place.q} onOpen={open} />
        ) : place.view !== undefined ? null : data === undefined ? (
          <Hero />
        ) : (
          <Home subject={subject} userCount={data.users.totalCount} viewer={viewer} />
        )}
      </main>
      <footer>
        {data?.dataset != null && (
          <p>
            {formatCount(data.dataset.movieCount)} movies, {formatCount(data.dataset.posterCount)} posters,{" "}
            {formatCount(data.dataset.ratingCount)} ratings by {formatCount(data.dataset.userCount)} users
            {data.dataset.synthetic && ", who are synthetic"}. Everything here comes from <a href="graphql">the API</a>.
          </p>
        )}
      </footer>
      {place.movie !== undefined && (
        <Later onClose={() => change({ movie: undefined })}>
          <MoviePanel
            movieId={place.movie}
            subject={subject}
            viewer={viewer}
            onOpen={open}
            onClose={() => change({ movie: undefined })}
          />
        </Later>
      )}
    </>
  );
}

function Header({ scope }: { scope: string | null }) {
  const [place, change] = usePlace();
  const [theme, switchTheme] = useTheme();
  const toView = (view: string): Place => (place.user === undefined ? { view } : { view, user: place.user });
  return (
    <header>
      <Link to={{}} className="brand">
        Marquee
      </Link>
      <nav aria-label="Views">
        <Link to={place.user === undefined ? {} : { user: place.user }} isHere={place.view === undefined}>
          Wall
        </Link>
        <Link to={toView("map")} isHere={place.view === "map"}>
          Map
        </Link>
        <Link to={toView("model")} isHere={place.view === "model"}>
          Model
        </Link>
        {(scope === "EDITOR" || scope === "ADMIN") && (
          <Link to={toView("workbench")} isHere={place.view === "workbench"}>
            Workbench
          </Link>
        )}
        <a href="graphql">GraphiQL</a>
      </nav>
      <search>
        <input
          type="search"
          aria-label="Search movies"
          placeholder="Search movies"
          value={place.q ?? ""}
          onChange={({ target }) =>
            change(
              { q: target.value === "" ? undefined : target.value, view: undefined },
              { replace: place.q !== undefined },
            )
          }
        />
      </search>
      <SignIn scope={scope} />
      <button
        type="button"
        className="quiet"
        onClick={switchTheme}
        aria-label={`Show in ${theme === "dark" ? "light" : "dark"}`}
      >
        {theme === "dark" ? "☀" : "☾"}
      </button>
    </header>
  );
}
