/** Input types for filtering and ordering lists. */
import { movieOrderFields } from "../../resolvers/movies/list-movies.js";
import { builder } from "./builder.js";

export const OrderDirection = builder.enumType("OrderDirection", {
  description: "Sort direction.",
  values: {
    ASC: { description: "Ascending: lowest, alphabetically first or earliest first." },
    DESC: { description: "Descending: highest, alphabetically last or latest first." },
  } as const,
});

export const IntRange = builder.inputType("IntRange", {
  description: "A range of integers; an omitted bound is open.",
  fields: (t) => ({
    from: t.int({ description: "Lower bound, inclusive." }),
    to: t.int({ description: "Upper bound, inclusive." }),
  }),
});

export const FloatRange = builder.inputType("FloatRange", {
  description: "A range of numbers; an omitted bound is open.",
  fields: (t) => ({
    from: t.float({ description: "Lower bound, inclusive." }),
    to: t.float({ description: "Upper bound, inclusive." }),
  }),
});

const orderDescriptions: Record<(typeof movieOrderFields)[number], string> = {
  RELEVANCE:
    "With `search`: exact title matches, then titles that begin with the search, then those that contain its words; ties by number of ratings.",
  NUMBER: "Movie number in the data set.",
  TITLE: "Title as in the data set, with articles last, ignoring accents and case.",
  YEAR: "Release year; movies without one count as earliest.",
  POPULARITY: "Number of ratings.",
  MEAN_RATING: "Mean rating; movies without ratings count as lowest. `topMovies` also weighs the number of ratings.",
  RECENTLY_RATED: "Date of the last rating; movies without a known date count as earliest.",
};

const MovieOrderField = builder.enumType("MovieOrderField", {
  description: "Sort field for movies; ties are ordered by movie number.",
  values: Object.fromEntries(
    movieOrderFields.map((field) => [field, { description: orderDescriptions[field] }]),
  ) as Record<(typeof movieOrderFields)[number], { description: string }>,
});

export const MovieOrderInput = builder.inputType("MovieOrder", {
  description: "Sort order of movies.",
  fields: (t) => ({
    field: t.field({ type: MovieOrderField, required: true, description: "Sort field." }),
    direction: t.field({
      type: OrderDirection,
      description: "Sort direction; default `ASC` for RELEVANCE, NUMBER and TITLE, `DESC` for the others.",
    }),
  }),
});

const RatingOrderField = builder.enumType("RatingOrderField", {
  description: "Sort field for ratings; ties are in import order.",
  values: {
    IMPORT: { description: "Import order." },
    RATING: { description: "Number of stars." },
    RATED_AT: { description: "Time of the rating; ratings without a known time count as earliest." },
  } as const,
});

export const RatingOrderInput = builder.inputType("RatingOrder", {
  description: "Sort order of ratings.",
  fields: (t) => ({
    field: t.field({ type: RatingOrderField, required: true, description: "Sort field." }),
    direction: t.field({
      type: OrderDirection,
      description: "Sort direction; default `ASC` for IMPORT, `DESC` for the others.",
    }),
  }),
});
