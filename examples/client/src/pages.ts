/** Queries and data of the pages of a small streaming front end. */
import { type ClientOptions, type ResultOf, request } from "./client.js";
import { graphql } from "./graphql.js";

export const HomePage = graphql(`
  query HomePage($userId: ID!) {
    user(id: $userId) {
      topRated
      recommendations(first: 3, similar: true, weight: 0.5) {
        title
        score
        movie { poster { url(width: 342, format: webp) blurhash } }
        reasons(first: 1) { text }
      }
    }
  }
`);

export const SearchPage = graphql(`
  query SearchPage($search: String!, $after: String) {
    movies(search: $search, orderBy: { field: POPULARITY }, first: 5, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { movieId title year ratingCount } }
    }
  }
`);

export const Rate = graphql(`
  mutation Rate($movieId: ID!, $rating: Float!) {
    rateMovie(input: { movieId: $movieId, rating: $rating }) {
      __typename
      ... on RateMoviePayload { rating { rating } }
      ... on Error { code message }
    }
  }
`);

/** Lines such as `The Dark Knight, 4.5 stars: because you gave Heat 5★`. */
export async function homePage(client: ClientOptions, userId: string): Promise<string[]> {
  const { user } = await request(client, HomePage, { userId });
  return (user?.recommendations ?? []).map(
    ({ title, score, reasons }) => `${title}, ${score.toFixed(1)} stars: ${reasons[0]?.text ?? "no reason"}`,
  );
}

/** Titles of all movies that match a search, fetched page by page. */
export async function search(client: ClientOptions, text: string): Promise<string[]> {
  const titles: string[] = [];
  for (let after: string | null = null; ; ) {
    const { movies }: ResultOf<typeof SearchPage> = await request(client, SearchPage, { search: text, after });
    titles.push(...movies.edges.map(({ node }) => node.title));
    if (!movies.pageInfo.hasNextPage) return titles;
    after = movies.pageInfo.endCursor;
  }
}

/** Rates a movie. @returns the new rating. @throws the server's message if the rating is refused */
export async function rate(client: ClientOptions, movieId: string, rating: number): Promise<number> {
  const { rateMovie } = await request(client, Rate, { movieId, rating });
  if (rateMovie.__typename === "RateMoviePayload") return rateMovie.rating.rating;
  throw new Error(rateMovie.message);
}
