/** Creates GraphiQL's default tabs: one per use case, with variables from the loaded data. */
import { exampleMovieId, exampleUserId } from "../../resolvers/system/example-user.js";
import type { Services } from "../../services/services.js";

export interface Tab {
  query: string;
  variables?: string;
  headers?: string;
}

/** @param auth whether mutations require a token; if so, the tab has a header for it */
export async function createTour(services: Services, auth: "on" | "off"): Promise<Tab[]> {
  const userId = String(await exampleUserId(services));
  const movieId = String(await exampleMovieId(services));
  const withVariables = (query: string, variables: object, headers?: string): Tab => ({
    query,
    variables: JSON.stringify(variables, undefined, 2),
    headers,
  });
  const token = auth === "on" ? '{ "Authorization": "Bearer <token>" }' : undefined;
  return [
    { query: welcome(userId, auth) },
    withVariables(reasons, { userId }),
    withVariables(search, { search: "the", years: { from: 1950 } }),
    withVariables(moviePage, { movieId, userId }),
    withVariables(guest, { ratings: [{ movieId, rating: 5 }] }),
    { query: charts },
    withVariables(rate(auth), { input: { userId, movieId, rating: 4.5 } }, token),
  ];
}

// Short lines: GraphiQL's editor shows about 45 characters in a window of normal width.
function welcome(userId: string, auth: "on" | "off"): string {
  const token =
    auth === "on"
      ? `# Mutations need the token that the first start
# printed: enter it in the last tab.
`
      : "# Mutations need no token here (AUTH=off).\n";
  return `# Welcome to Marquee. Press the button to run
# this query; the other tabs show more.
# Ctrl-Space lists more fields; the book on the
# left documents every field.
#
${token}
query Posters {
  user(id: ${userId}) {
    topRated
    recommendations(similar: true) {
      title
      score
      similarity
    }
  }
}
`;
}

const reasons = `# What to watch, why, and its poster.
query Reasons($userId: ID!) {
  user(id: $userId) {
    recommendations(
      first: 5
      filter: { excludeGenres: ["Horror"] }
    ) {
      title
      score
      reasons(first: 2) {
        text
      }
      movie {
        poster {
          url(width: 342, format: webp)
          blurhash
        }
      }
    }
    visualTaste {
      clusters(first: 2) {
        share
        posters(first: 3) {
          title
        }
      }
    }
  }
}
`;

const search = `# Search for words or prefixes; page with
# after: endCursor.
query Search(
  $search: String
  $years: IntRange
  $after: String
) {
  movies(
    search: $search
    years: $years
    orderBy: { field: POPULARITY }
    first: 10
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        movieId
        title
        year
        ratingCount
        meanRating
      }
    }
  }
}
`;

const moviePage = `# Everything for a movie page.
query MoviePage($movieId: ID!, $userId: ID!) {
  movie(id: $movieId) {
    title
    year
    genres
    imdbUrl
    ratingCount
    ratingHistogram
    predictedRating(userId: $userId)
    alsoLiked(first: 5) {
      affinity
      movie {
        title
      }
    }
    similarPosters(first: 5) {
      similarity
      movie {
        title
      }
    }
  }
}
`;

const guest = `# A guest who is not in the database.
query Guest($ratings: [GuestRatingInput!]!) {
  recommendFor(ratings: $ratings, first: 5) {
    title
    score
    reasons(first: 1) {
      text
    }
  }
}
`;

const charts = `# Charts, the data set and the active model.
query Charts {
  topMovies(first: 5) {
    score
    movie {
      title
    }
  }
  popular(first: 5) {
    title
    ratingCount
  }
  trending(first: 5) {
    recentRatings
    movie {
      title
    }
  }
  dataset {
    name
    userCount
    movieCount
    ratingCount
  }
  model {
    name
    kind
    trainedAt
    metrics {
      rmse
    }
  }
}
`;

function rate(auth: "on" | "off"): string {
  const tokenHint = auth === "on" ? "# Replace <token> with your token under\n# Headers, below.\n" : "";
  return `# A rating counts at once: run the first tab again.
${tokenHint}mutation Rate($input: RateMovieInput!) {
  rateMovie(input: $input) {
    __typename
    ... on RateMoviePayload {
      rating {
        rating
        user {
          topRated
        }
      }
    }
    ... on Error {
      code
      message
    }
  }
}
`;
}
