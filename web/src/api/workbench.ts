/** What editors do: link movies to IMDb, and give them posters. */
import { graphql, type ResultOf } from "./graphql.js";
import { MovieCardFragment } from "./movie-card.js";

export const ToMendQuery = graphql(
  `
    query ToMend($linked: Boolean, $uncertainLink: Boolean, $hasPoster: Boolean) {
      movies(
        first: 50
        linked: $linked
        uncertainLink: $uncertainLink
        hasPoster: $hasPoster
        orderBy: { field: POPULARITY }
      ) {
        totalCount
        edges {
          node {
            ...MovieCard
            givenTitle
            genres
            imdbId
            linkEvidence
          }
        }
      }
    }
  `,
  [MovieCardFragment],
);

export type MovieToMend = ResultOf<typeof ToMendQuery>["movies"]["edges"][number]["node"];

export const LinkCandidatesQuery = graphql(`
  query Candidates($movieId: ID!) {
    linkCandidates(movieId: $movieId, first: 9) {
      imdbId
      title
      year
      confidence
      evidence
      takenBy {
        id
        title
      }
    }
  }
`);

export const LinkMutation = graphql(`
  mutation Link($movieId: ID!, $imdbId: String!) {
    linkImdb(input: { movieId: $movieId, imdbId: $imdbId }) {
      __typename
      ... on LinkImdbPayload {
        movie {
          id
          imdbId
          linkEvidence
        }
      }
      ... on Error {
        message
      }
    }
  }
`);

export const SetPosterMutation = graphql(
  `
    mutation SetPoster($movieId: ID!, $file: File!) {
      setPoster(input: { movieId: $movieId, file: $file }) {
        __typename
        ... on SetPosterPayload {
          movie {
            ...MovieCard
          }
        }
        ... on Error {
          message
        }
      }
    }
  `,
  [MovieCardFragment],
);
