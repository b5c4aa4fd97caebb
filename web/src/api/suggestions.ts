/** Suggestions for a user of the server and for a guest, with the same fields. */
import { type FragmentOf, graphql } from "./graphql.js";
import { MovieCardFragment } from "./movie-card.js";

export const SuggestionFragment = graphql(
  `
    fragment Suggestion on Recommendation {
      rank
      score
      similarity
      basis
      # The first is the poster that it looks like; the others, which the panel asks for, would have to be computed.
      reasons(first: 1) {
        __typename
        ... on PosterReason {
          similarity
          movie {
            id
            movieId
            title
          }
        }
      }
      movie {
        ...MovieCard
      }
    }
  `,
  [MovieCardFragment],
);

export type Suggestion = FragmentOf<typeof SuggestionFragment>;

export const UserSuggestionsQuery = graphql(
  `
    query UserSuggestions(
      $userId: ID!
      $first: Int!
      $candidates: Int!
      $weight: Float
      $diversity: Float
      $popularity: Float
      $filter: RecommendationFilter
    ) {
      user(id: $userId) {
        id
        recommendations(
          similar: true
          first: $first
          candidates: $candidates
          weight: $weight
          diversity: $diversity
          popularity: $popularity
          filter: $filter
        ) {
          ...Suggestion
        }
      }
    }
  `,
  [SuggestionFragment],
);

export const GuestSuggestionsQuery = graphql(
  `
    query GuestSuggestions(
      $ratings: [GuestRatingInput!]!
      $first: Int!
      $candidates: Int!
      $weight: Float
      $diversity: Float
      $popularity: Float
      $filter: RecommendationFilter
    ) {
      recommendFor(
        ratings: $ratings
        similar: true
        first: $first
        candidates: $candidates
        weight: $weight
        diversity: $diversity
        popularity: $popularity
        filter: $filter
      ) {
        ...Suggestion
      }
    }
  `,
  [SuggestionFragment],
);
