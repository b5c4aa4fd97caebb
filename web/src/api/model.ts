/** What the model page shows. */
import { graphql, type ResultOf } from "./graphql.js";

export const ModelQuery = graphql(`
  query ModelPage {
    model {
      name
      kind
      origin
      createdAt
      ranker
      dataset
      metrics {
        protocol
        count
        rmse
        mae
        confusionMatrix
        ratingHistogram {
          given
          predicted
        }
      }
    }
    encoder {
      name
      kind
      dimension
    }
  }
`);

export type Metrics = NonNullable<NonNullable<ResultOf<typeof ModelQuery>["model"]>["metrics"]>;
