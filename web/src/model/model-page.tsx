/** How accurate a model is, in numbers and charts, and beside the others. */
import { type Metrics, type Model, ModelQuery } from "../api/model.js";
import { formatCount } from "../parts/count.js";
import { Link } from "../parts/link.js";
import { Problem } from "../parts/problem.js";
import { usePlace } from "../state/location.js";
import { useLiveQuery } from "../state/use-live-query.js";
import { Calibration, ConfusionMatrix, RatingHistogram } from "./charts.js";
import { ComparisonChart, ComparisonTable } from "./comparison.js";
import { LossChart } from "./loss-chart.js";

export default function ModelPage() {
  const [{ model: name }] = usePlace();
  const { data, error, refetch } = useLiveQuery(ModelQuery, { name: name ?? null });
  const problem = error !== undefined && <Problem error={error} onRetry={refetch} />;
  if (data === undefined) return problem || <p className="empty">Loading…</p>;
  const { model, models, encoder } = data;
  if (model === null) {
    return name !== undefined ? (
      <>
        {problem || (
          <p className="empty">
            There is no model of the name {name} for these movies:{" "}
            <Link to={{ view: "model" }}>show the one that serves</Link>.
          </p>
        )}
        <ComparisonTable models={models} shown={name} />
      </>
    ) : (
      problem || (
        <p className="empty">
          No model serves yet: run <code>npx marquee train</code>.
        </p>
      )
    );
  }
  const facts = [
    ["Model", `${model.name} (${model.kind})${model.isActive ? ", which serves" : ""}`],
    ["Data set", model.dataset],
    ["Ranker", model.ranker ?? "none: ranked by predicted stars"],
    ["Made", new Date(model.createdAt).toLocaleDateString("en", { dateStyle: "long" })],
    ["Posters compared by", `${encoder.name}, ${encoder.dimension} dimensions`],
  ];
  return (
    <article className="model">
      <h1>How good are the predictions?</h1>
      {problem}
      <Accuracy model={model} />
      {models.length > 0 && (
        <section className="compared" aria-label="All models">
          <h2>All models, side by side</h2>
          {model.metrics !== null && <ComparisonChart models={models} shown={model.metrics} />}
          <ComparisonTable models={models} shown={model.name} />
        </section>
      )}
      <dl className="facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

function Accuracy({ model: { metrics, lossCurve } }: { model: Model }) {
  return (
    <>
      {metrics === null ? (
        <p className="empty">
          Nothing was held out to measure this model on, as with weights that were trained elsewhere: run{" "}
          <code>npx marquee evaluate</code>.
        </p>
      ) : (
        <p className="lead">
          On {formatCount(metrics.count)} ratings that it was not trained on ({metrics.protocol}), a prediction is{" "}
          <strong>{metrics.mae.toFixed(2)} stars</strong> off on average. The root mean square error is{" "}
          <strong>{metrics.rmse.toFixed(3)}</strong>.
        </p>
      )}
      <div className="charts">
        {metrics !== null && <MetricsCharts {...metrics} />}
        {lossCurve !== null && (
          <figure>
            <figcaption>How the error fell in training</figcaption>
            <LossChart {...lossCurve} />
          </figure>
        )}
      </div>
    </>
  );
}

function MetricsCharts(metrics: Metrics) {
  return (
    <>
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
    </>
  );
}
