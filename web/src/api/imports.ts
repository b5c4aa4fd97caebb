/** Imports of one's ratings from other services. */
import { graphql, type ResultOf } from "./graphql.js";
import { MovieCardFragment } from "./movie-card.js";

export const ImportRatingsMutation = graphql(
  `
    mutation ImportRatings($file: File!, $userId: ID, $dryRun: Boolean!, $scale: RatingScale) {
      importRatings(input: { file: $file, userId: $userId, dryRun: $dryRun, scale: $scale }) {
        __typename
        ... on ImportRatingsPayload {
          service
          scale
          possibleScales
          rowCount
          matchedCount
          unmatchedCount
          matched(first: 1000) {
            line
            title
            year
            rating
            confidence
            evidence
            movie {
              ...MovieCard
            }
          }
          unmatched(first: 1000) {
            line
            title
            year
            reason
          }
          import {
            importId
            added
            changed
            kept
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

export type ImportResult = Extract<
  ResultOf<typeof ImportRatingsMutation>["importRatings"],
  { __typename: "ImportRatingsPayload" }
>;

export const UndoImportMutation = graphql(`
  mutation UndoImport($userId: ID!, $importId: Int!) {
    undoRatingImport(input: { userId: $userId, importId: $importId }) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);
