/** Lists of titles to choose from. */
import { graphql } from "./graphql.js";

export const MatchTitlesQuery = graphql(`
  query MatchTitles($titles: [String!]!) {
    matchTitles(titles: $titles) {
      title
      confidence
      evidence
      movie {
        id
        movieId
        title
        year
      }
    }
  }
`);
