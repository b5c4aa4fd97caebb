/** The GraphQL client: a normalised cache, queries by POST, subscriptions as server-sent events through `fetch`. */
import { cacheExchange } from "@urql/exchange-graphcache";
import { Client, fetchExchange } from "urql";
import possibleTypes from "../../../possible-types.json";

/** Below the page's own address: a proxy may serve Marquee under a path prefix. */
export const apiUrl = new URL("graphql", document.baseURI).href;

/** Types that belong to the object that they were read from. */
const embedded = [
  "AlsoLikedMovie",
  "Dataset",
  "Dismissal",
  "DismissalConnection",
  "DismissalEdge",
  "Genre",
  "ImportRatingsPayload",
  "InputIssue",
  "LinkCandidate",
  "LossCurve",
  "LossPoint",
  "MapCluster",
  "MatchedRating",
  "Model",
  "ModelMetrics",
  "MovieConnection",
  "MovieEdge",
  "PageInfo",
  "PaletteColour",
  "PosterMap",
  "PosterReason",
  "RatingConnection",
  "RatingEdge",
  "RatingHistogram",
  "RatingImport",
  "RatingReason",
  "Recommendation",
  "SimilarPoster",
  "TasteReason",
  "UndoRatingImportPayload",
  "UnmatchedRating",
  "UserConnection",
  "UserEdge",
];

/** @param token sent with every request; null for none */
export function createClient(token: string | null): Client {
  return new Client({
    url: apiUrl,
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetchOptions: {
      headers: {
        // Uploads need a header that no page of another origin can set unasked.
        "graphql-require-preflight": "1",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    },
    exchanges: [
      cacheExchange({
        possibleTypes,
        keys: {
          ...Object.fromEntries([...embedded, ...possibleTypes.Error].map((name) => [name, () => null])),
        },
      }),
      fetchExchange,
    ],
  });
}
