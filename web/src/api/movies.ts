/** Queries for movies: to rate, to find, and everything about one of them. */
import { graphql } from "./graphql.js";
import { MovieCardFragment } from "./movie-card.js";

export const MoviesToRateQuery = graphql(
  `
    query MoviesToRate($first: Int!, $except: [ID!]!) {
      moviesToRate(first: $first, exceptMovieIds: $except) {
        ...MovieCard
      }
    }
  `,
  [MovieCardFragment],
);

export const NamedMoviesQuery = graphql(
  `
    query NamedMovies($ids: [ID!]!) {
      nodes(ids: $ids) {
        __typename
        ... on Movie {
          ...MovieCard
        }
      }
    }
  `,
  [MovieCardFragment],
);

export const SearchQuery = graphql(
  `
    query Search($search: String!, $after: String) {
      movies(search: $search, first: 36, after: $after) {
        totalCount
        edges {
          node {
            ...MovieCard
          }
        }
      }
    }
  `,
  [MovieCardFragment],
);

export const MovieQuery = graphql(
  `
    query MoviePanel($movieId: ID!) {
      movie(id: $movieId) {
        ...MovieCard
        genres
        imdbUrl
        imdbId
        ratingCount
        meanRating
        ratingHistogram
        poster {
          id
          palette {
            name
            hex
            share
          }
          source
        }
        alsoLiked(first: 8) {
          affinity
          movie {
            ...MovieCard
          }
        }
        similarPosters(first: 8) {
          similarity
          movie {
            ...MovieCard
          }
        }
      }
    }
  `,
  [MovieCardFragment],
);

export const UserAndMovieQuery = graphql(`
  query UserAndMovie($userId: ID!, $movieId: ID!) {
    user(id: $userId) {
      id
      ratings(movieId: $movieId, first: 1) {
        edges {
          node {
            id
            rating
          }
        }
      }
    }
    movie(id: $movieId) {
      id
      predictedRating(userId: $userId)
      posterSimilarity(userId: $userId)
    }
    why: user(id: $userId) {
      id
      recommendations(
        similar: true
        weight: 0
        first: 1
        filter: { amongMovieIds: [$movieId], includeRated: true }
      ) {
        reasons(first: 3) {
          text
        }
      }
    }
  }
`);

export const GuestAndMovieQuery = graphql(`
  query GuestAndMovie($ratings: [GuestRatingInput!]!, $movieId: ID!) {
    recommendFor(
      ratings: $ratings
      similar: true
      weight: 0
      first: 1
      filter: { amongMovieIds: [$movieId], includeRated: true }
    ) {
      score
      similarity
      reasons(first: 3) {
        text
      }
    }
  }
`);

export const RateMovieMutation = graphql(`
  mutation RateMovie($userId: ID!, $movieId: ID!, $rating: Float!) {
    rateMovie(input: { userId: $userId, movieId: $movieId, rating: $rating }) {
      __typename
      ... on RateMoviePayload {
        rating {
          id
          rating
        }
      }
      ... on Error {
        message
      }
    }
  }
`);

export const RemoveRatingMutation = graphql(`
  mutation RemoveRating($userId: ID!, $movieId: ID!) {
    removeRating(input: { userId: $userId, movieId: $movieId }) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const DismissMutation = graphql(`
  mutation Dismiss($userId: ID!, $movieId: ID!) {
    dismissMovie(input: { userId: $userId, movieId: $movieId }) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);

export const UndismissMutation = graphql(`
  mutation Undismiss($userId: ID!, $movieId: ID!) {
    undismissMovie(input: { userId: $userId, movieId: $movieId }) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);
