/** How accurate the active model is, in numbers and charts. */
import { ModelQuery } from "../api/model.js";
import { Problem } from "../parts/problem.js";
import { useLiveQuery } from "../state/use-live-query.js";
import { Calibration, ConfusionMatrix, RatingHistogram } from "./charts.js";

export default function ModelPage() {
  const { data, error, refetch } = useLiveQuery(ModelQuery, {});
  if (error !== undefined) return <Problem error={error} onRetry={refetch} />;
  if (data === undefined) return <p className="empty">Loading…</p>;
  const { model, encoder } = data;
  if (model === null) {
    return (
      <p className="empty">
        No model serves yet: run <code>npx marquee train</code>.
      </p>
    );
  }
  const { metrics } = model;
  const facts = [
    ["Model", `${model.name} (${model.kind})`],
    ["Data set", model.dataset],
    ["Ranker", model.ranker ?? "none: ranked by predicted stars"],
    ["Made", new Date(model.createdAt).toLocaleDateString("en", { dateStyle: "long" })],
    ["Posters compared by", `${encoder.name}, ${encoder.dimension} dimensions`],
  ];
  return (
    <article className="model">
      <h1>How good are the predictions?</h1>
      {metrics === null ? (
        <p className="empty">
          The weights of this model were trained elsewhere, so nothing was held out to measure it on: run{" "}
          <code>npx marquee evaluate</code>.
        </p>
      ) : (
        <>
          <p className="lead">
            On {metrics.count.toLocaleString("en")} ratings that it was not trained on ({metrics.protocol}), a
            prediction is <strong>{metrics.mae.toFixed(2)} stars</strong> off on average. The root mean square error is{" "}
            <strong>{metrics.rmse.toFixed(3)}</strong>.
          </p>
          <div className="charts">
            <figure>
              <figcaption>What it predicts for each number of stars</figcaption>
              <ConfusionMatrix matrix={metrics.confusionMatrix} />
            </figure>
            {metrics.ratingHistogram !== null && (
              <figure>
                <figcaption>Ratings, given and predicted</figcaption>
                <RatingHistogram {...metrics.ratingHistogram} />
              </figure>
            )}
            <figure>
              <figcaption>Do predictions mean what they say?</figcaption>
              <Calibration {...metrics} />
            </figure>
          </div>
        </>
      )}
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
