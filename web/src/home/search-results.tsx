/** Movies whose titles match what was typed. */
import { SearchQuery } from "../api/movies.js";
import { Problem } from "../parts/problem.js";
import { Tile } from "../parts/tile.js";
import { useSettled } from "../parts/use-settled.js";
import { useLiveQuery } from "../state/use-live-query.js";

const settleMs = 150;

export function SearchResults({ search, onOpen }: { search: string; onOpen(movieId: number): void }) {
  const settled = useSettled(search.trim(), settleMs);
  const { data, error, refetch, isFetching } = useLiveQuery(
    SearchQuery,
    { search: settled },
    { pause: settled === "" },
  );
  const movies = settled === "" ? [] : (data?.movies.edges.map(({ node }) => node) ?? []);
  const total = data?.movies.totalCount ?? 0;
  return (
    <section aria-labelledby="search-heading" className="search-results">
      <h1 id="search-heading">Movies that match “{search.trim()}”</h1>
      <p className="facts" role="status">
        {isFetching ? "Looking…" : total > movies.length ? `${movies.length} of ${total}` : `${total} found`}
      </p>
      {error !== undefined && <Problem error={error} onRetry={refetch} />}
      <ul className="wall">
        {movies.map((movie, i) => (
          <li key={movie.movieId}>
            <Tile movie={movie} sizes="(min-width: 1000px) 13vw, 30vw" isFirst={i < 12} onOpen={onOpen}>
              {movie.year}
            </Tile>
          </li>
        ))}
      </ul>
    </section>
  );
}
