/** What the model page shows. */
import { graphql, type ResultOf } from "./graphql.js";

export const ModelQuery = graphql(`
  query ModelPage($name: String) {
    model(name: $name) {
      name
      isActive
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
      lossCurve {
        unit
        points {
          step
          trainRmse
          validationRmse
        }
      }
    }
    models {
      name
      kind
      isActive
      createdAt
      ranker
      metrics {
        protocol
        count
        rmse
        mae
      }
    }
    encoder {
      name
      kind
      dimension
    }
  }
`);

export type Model = NonNullable<ResultOf<typeof ModelQuery>["model"]>;
export type Metrics = NonNullable<Model["metrics"]>;
export type LossCurve = NonNullable<Model["lossCurve"]>;
export type ComparedModel = ResultOf<typeof ModelQuery>["models"][number];
