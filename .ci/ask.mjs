// Sends a query to a server and checks its recommendations: titles, scores from 0.5 to 5, similarities from −1 to 1.
const [url, query] = process.argv.slice(2);
const response = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query }),
});
const { data, errors } = await response.json();
console.log(JSON.stringify({ data, errors }, null, 1));
const { topRated, recommendations } = data?.user ?? {};
const good =
  errors === undefined &&
  topRated?.length === 3 &&
  recommendations?.length === 5 &&
  recommendations.every(
    ({ title, score, similarity }) =>
      title.length > 0 && score >= 0.5 && score <= 5 && typeof similarity === "number" && Math.abs(similarity) <= 1,
  );
process.exit(good ? 0 : 1);
