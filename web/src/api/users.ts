/** Queries for users: whom to show first, what they love, and news of their suggestions. */
import { graphql } from "./graphql.js";
import { MovieCardFragment } from "./movie-card.js";

/** Well-known users of MovieLens 1M and of the embedded set, the first user of any other, and the viewer. */
export const FirstUserQuery = graphql(`
  query FirstUser {
    viewerScope
    viewer {
      id
      userId
    }
    movieLens: user(id: 3997) {
      id
      userId
    }
    embedded: user(id: 42) {
      id
      userId
    }
    users(first: 1) {
      totalCount
      edges {
        node {
          id
          userId
        }
      }
    }
    dataset {
      name
      synthetic
      movieCount
      userCount
      ratingCount
      posterCount
    }
  }
`);

export const LovedQuery = graphql(
  `
    query Loved($userId: ID!) {
      user(id: $userId) {
        id
        userId
        gender
        ageGroup
        occupation
        ratings {
          totalCount
        }
        topRatings(first: 3) {
          id
          rating
          movie {
            ...MovieCard
          }
        }
      }
    }
  `,
  [MovieCardFragment],
);

export const SuggestionsChangedSubscription = graphql(`
  subscription SuggestionsChanged($userId: ID!) {
    recommendationsChanged(userId: $userId) {
      id
      userId
    }
  }
`);

export const CreateUserMutation = graphql(`
  mutation CreateUser($externalId: String!) {
    createUser(input: { externalId: $externalId }) {
      __typename
      ... on CreateUserPayload {
        user {
          id
          userId
        }
      }
      ... on Error {
        message
      }
    }
  }
`);

export const RateMoviesMutation = graphql(`
  mutation RateMovies($userId: ID!, $ratings: [MovieRatingInput!]!) {
    rateMovies(input: { userId: $userId, ratings: $ratings }) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);
