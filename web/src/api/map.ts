/** The map of all posters. */
import { graphql, type ResultOf } from "./graphql.js";

export const PosterMapQuery = graphql(`
  query PosterMapPage {
    posterMap {
      movieIds
      x
      y
      cluster
      atlas
      columns
      tileWidth
      tileHeight
      clusters {
        name
        x
        y
        size
      }
    }
  }
`);

export type PosterMap = NonNullable<ResultOf<typeof PosterMapQuery>["posterMap"]>;

export const MovieTitleQuery = graphql(`
  query MovieTitle($movieId: ID!) {
    movie(id: $movieId) {
      id
      title
      year
    }
  }
`);

/** Whose movies are marked on the map. */
export const MarkedMoviesQuery = graphql(`
  query MarkedMovies($userId: ID!) {
    user(id: $userId) {
      id
      topRatings(first: 3) {
        id
        movie {
          id
          movieId
        }
      }
      recommendations(first: 20, similar: true, weight: 0.5, candidates: 60) {
        rank
        movie {
          id
          movieId
        }
      }
    }
  }
`);
