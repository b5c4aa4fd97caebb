/** GraphiQL's tour: one tab per use case, with variables from the loaded data. */
import { exampleMovieId, exampleUserId } from "../../resolvers/system/example-user.js";
import type { Services } from "../../services/services.js";

export interface Tab {
  query: string;
  variables?: string;
  headers?: string;
}

/** @param auth whether mutations need a token, which the tab has room for */
export async function tourOf(services: Services, auth: "on" | "off"): Promise<Tab[]> {
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

// Short lines: GraphiQL's editor shows about 45 characters in a window of usual width.
function welcome(userId: string, auth: "on" | "off"): string {
  const token =
    auth === "on"
      ? `# Mutations need the token that the first start
# printed: the last tab has a place for it.
`
      : "# Mutations need no token here (AUTH=off).\n";
  return `# Welcome to Marquee. Press the button to run
# this query; the other tabs show more.
# Ctrl-Space shows what else to ask; the book on
# the left explains every field.
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

const reasons = `# What to watch, why, and how it looks.
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

const search = `# Words, or how they begin; page with
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

const moviePage = `# All that a movie's page shows.
query MoviePage($movieId: ID!, $userId: ID!) {
  movie(id: $movieId) {
    title
    year
    genres
    imdbUrl
    ratingCount
    ratingHistogram
    predictedRating(userId: $userId)
    similar(first: 5) {
      similarity
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

const guest = `# Somebody who is in no database.
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

const charts = `# What everybody likes, and what serves it.
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
  const place = auth === "on" ? "# Put your token in place of <token> under\n# Headers, below.\n" : "";
  return `# A rating counts at once: run the first tab again.
${place}mutation Rate($input: RateMovieInput!) {
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
