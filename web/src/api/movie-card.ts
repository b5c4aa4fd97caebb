/** What a poster on the wall shows of a movie. */
import { type FragmentOf, graphql } from "./graphql.js";

export const MovieCardFragment = graphql(`
  fragment MovieCard on Movie {
    id
    movieId
    title
    year
    card(width: 342, format: webp)
    poster {
      id
      srcset(format: webp)
      url(width: 342, format: webp)
      blurhash
    }
  }
`);

export type MovieCard = FragmentOf<typeof MovieCardFragment>;
