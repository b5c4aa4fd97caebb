/** Arguments shared by all recommendation fields. */
import type { ArgBuilder } from "@pothos/core";
import { defaultCandidates, defaultFirst, defaultFirstSimilar } from "../../recommend/recommend-request.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { IntRange } from "../builder/filters.js";

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

const RankBy = builder.enumType("RankBy", {
  description: "Ranking of recommendations.",
  values: {
    PREFERENCE: {
      description: "By what the user would choose to watch, learned from likes; requires a model with a ranker.",
    },
    RATING: { description: "By predicted rating in stars; favours movies that few have seen." },
  } as const,
});

const RecommendationFilter = builder.inputType("RecommendationFilter", {
  description: "Conditions for recommended movies.",
  fields: (t) => ({
    genres: t.stringList({ description: "Genres that a movie must have, all of them." }),
    anyGenre: t.stringList({ description: "Genres of which a movie must have at least one." }),
    excludeGenres: t.stringList({ description: "Genres that a movie must not have." }),
    years: t.field({ type: IntRange, description: "Range of release years." }),
    minRatings: t.int({ description: "Minimum number of ratings of a movie." }),
    excludeMovieIds: t.idList({
      description: "Numbers or global ids of movies to exclude, at most 1000.",
    }),
    amongMovieIds: t.idList({
      description:
        "Numbers or global ids of the only movies to rank, at most 1000: what a cinema shows, or a service has. An empty list ranks none.",
    }),
    includeRated: t.boolean({ description: "Whether to include movies that the user has rated." }),
  }),
});

/** All arguments except the number of results. */
export function recommendArgs(t: ArgBuilder<Types>) {
  return {
    similar: t.boolean({ defaultValue: false, description: "Whether to re-rank by poster similarity." }),
    candidates: t.int({
      defaultValue: defaultCandidates,
      description: "Number of top movies that `similar` re-ranks, at most 1000.",
    }),
    rankBy: t({
      type: RankBy,
      description: "Ranking; default `PREFERENCE` if the model has a ranker, else `RATING`.",
    }),
    weight: t.float({
      description:
        "With `similar`: weight of poster similarity, from 0 (ranking only) to 1 (similarity only), both normalised over the " +
        "candidates; a movie without a poster gets the mean similarity. If omitted: by similarity, without movies that have no poster.",
    }),
    diversity: t.float({
      description:
        "With `similar`: how much each poster must differ from those before it, 0 to 1 (maximal marginal relevance).",
    }),
    basedOn: t.idList({
      description:
        "With `similar`: movies (numbers or global ids, at most 20) to compare posters with, instead of the user's three best-rated.",
    }),
    popularity: t.float({
      description:
        "Popularity bias, from −1 (niche: on average as popular as the median movie) through 0 (the ranker's own) to 1 " +
        "(mainstream). With `PREFERENCE` only.",
    }),
    filter: t({ type: RecommendationFilter, description: "Conditions for recommended movies." }),
  };
}

export function firstArg(t: ArgBuilder<Types>) {
  return t.int({
    description: `Number of movies, at most ${maxPage}; default ${defaultFirst}, or ${defaultFirstSimilar} with \`similar\`.`,
  });
}

interface CostArgs {
  similar?: boolean | null;
  candidates?: number | null;
  basedOn?: readonly unknown[] | null;
  filter?: { excludeMovieIds?: readonly unknown[] | null; amongMovieIds?: readonly unknown[] | null } | null;
  /** Ratings of a guest, who is folded in. */
  ratings?: readonly unknown[];
}

/** Counts predicting every movie, embedding each candidate's poster if needed, and reading the listed movies. */
export function recommendCost(args: CostArgs, first: number): { field: number; multiplier: number } {
  const { similar, candidates, basedOn, filter, ratings = [] } = args;
  const filtered = (filter?.excludeMovieIds?.length ?? 0) + (filter?.amongMovieIds?.length ?? 0);
  const named = (basedOn?.length ?? 0) + filtered / 10 + ratings.length;
  return {
    field: 100 + (similar ? Math.max(0, candidates ?? defaultCandidates) : 0) + Math.ceil(named),
    multiplier: Math.max(1, first),
  };
}
