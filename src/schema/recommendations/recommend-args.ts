/** Arguments shared by every field that recommends. */
import type { ArgBuilder } from "@pothos/core";
import { defaultCandidates, defaultFirst, defaultFirstSimilar } from "../../recommend/pipeline.js";
import { maxPage } from "../../resolvers/request/cursors.js";
import { builder } from "../builder/builder.js";
import { IntRange } from "../builder/filters.js";

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

const RankBy = builder.enumType("RankBy", {
  description: "What recommendations are ordered by.",
  values: {
    PREFERENCE: {
      description: "What the user would choose to watch, learned from likes; needs a model with a ranker.",
    },
    RATING: { description: "How many stars the user would give: favours what few have seen." },
  } as const,
});

const RecommendationFilter = builder.inputType("RecommendationFilter", {
  description: "Which movies may be recommended.",
  fields: (t) => ({
    genres: t.stringList({ description: "Genres that a movie must all have." }),
    anyGenre: t.stringList({ description: "Genres of which a movie must have one." }),
    excludeGenres: t.stringList({ description: "Genres of which a movie must have none." }),
    years: t.field({ type: IntRange, description: "Years of release." }),
    minRatings: t.int({ description: "How many users must have rated a movie at least." }),
    excludeMovieIds: t.idList({
      description: "Numbers or global ids of movies that are not to be recommended, at most 1000.",
    }),
    includeRated: t.boolean({ description: "Also movies that the user has rated." }),
  }),
});

/** All but how many. */
export function recommendArgs(t: ArgBuilder<Types>) {
  return {
    similar: t.boolean({ defaultValue: false, description: "Re-rank by the likeness of posters." }),
    candidates: t.int({
      defaultValue: defaultCandidates,
      description: "How many of the best `similar` re-ranks, at most 1000.",
    }),
    rankBy: t({
      type: RankBy,
      description: "What to order by; default `PREFERENCE` where the model has a ranker, else `RATING`.",
    }),
    weight: t.float({
      description:
        "With `similar`: from 0 (by what movies are ranked by) to 1 (by likeness), both normalised over the candidates; " +
        "a movie without a poster counts as alike as the others in the mean. Left out: by likeness, and those without a poster are dropped.",
    }),
    diversity: t.float({
      description:
        "With `similar`: from 0 to 1, how much each next poster must differ from those before it (maximal marginal relevance).",
    }),
    basedOn: t.idList({
      description:
        "With `similar`: movies (numbers or global ids, at most 20) whose posters are compared with, instead of the user's three best-rated.",
    }),
    popularity: t.float({
      description:
        "From −1 (niche: on average as popular as the median movie) over 0 (as the ranker says) to 1 (mainstream). With " +
        "`PREFERENCE` only.",
    }),
    filter: t({ type: RecommendationFilter, description: "Which movies may be recommended." }),
  };
}

export function firstArg(t: ArgBuilder<Types>) {
  return t.int({
    description: `How many, at most ${maxPage}; default ${defaultFirst}, or ${defaultFirstSimilar} when \`similar\`.`,
  });
}

interface WeighedArgs {
  similar?: boolean | null;
  candidates?: number | null;
  basedOn?: readonly unknown[] | null;
  filter?: { excludeMovieIds?: readonly unknown[] | null } | null;
  /** A guest's, who is folded in from them. */
  ratings?: readonly unknown[];
}

/** Every movie is predicted, each candidate's poster may have to be embedded first, and what is named has to be read. */
export function recommendCost(args: WeighedArgs, first: number): { field: number; multiplier: number } {
  const { similar, candidates, basedOn, filter, ratings = [] } = args;
  const named = (basedOn?.length ?? 0) + (filter?.excludeMovieIds?.length ?? 0) / 10 + ratings.length;
  return {
    field: 100 + (similar ? Math.max(0, candidates ?? defaultCandidates) : 0) + Math.ceil(named),
    multiplier: Math.max(1, first),
  };
}
