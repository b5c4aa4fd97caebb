/** Inputs that lists are filtered and ordered by. */
import { movieOrderFields } from "../../resolvers/movies/list-movies.js";
import { builder } from "./builder.js";

export const OrderDirection = builder.enumType("OrderDirection", {
  description: "Which way a list is ordered.",
  values: {
    ASC: { description: "The lowest, first in the alphabet or earliest first." },
    DESC: { description: "The highest, last in the alphabet or latest first." },
  } as const,
});

export const IntRange = builder.inputType("IntRange", {
  description: "A range of whole numbers; an end that is left out is open.",
  fields: (t) => ({
    from: t.int({ description: "The least, included." }),
    to: t.int({ description: "The most, included." }),
  }),
});

export const FloatRange = builder.inputType("FloatRange", {
  description: "A range of numbers; an end that is left out is open.",
  fields: (t) => ({
    from: t.float({ description: "The least, included." }),
    to: t.float({ description: "The most, included." }),
  }),
});

const about: Record<(typeof movieOrderFields)[number], string> = {
  RELEVANCE:
    "With `search`: the title that is just that, then those that begin with it, then those with its words; of equals those with most ratings first.",
  NUMBER: "By the data set's number.",
  TITLE: "By title as the data set has it, articles last, accents and case aside.",
  YEAR: "By year of release; those without one are the earliest.",
  POPULARITY: "By how many users rated it.",
  MEAN_RATING: "By mean rating; those without ratings are the lowest. `topMovies` weighs how many there are.",
  RECENTLY_RATED: "By the day it was last rated; those of which that is not known are the earliest.",
};

const MovieOrderField = builder.enumType("MovieOrderField", {
  description: "What movies are ordered by; equal ones are ordered by number.",
  values: Object.fromEntries(movieOrderFields.map((field) => [field, { description: about[field] }])) as Record<
    (typeof movieOrderFields)[number],
    { description: string }
  >,
});

export const MovieOrder = builder.inputType("MovieOrder", {
  description: "How movies are ordered.",
  fields: (t) => ({
    field: t.field({ type: MovieOrderField, required: true, description: "What they are ordered by." }),
    direction: t.field({
      type: OrderDirection,
      description:
        "By default `ASC` for RELEVANCE, NUMBER and TITLE, `DESC` for the others: the most, best or latest first.",
    }),
  }),
});

const RatingOrderField = builder.enumType("RatingOrderField", {
  description: "What ratings are ordered by; equal ones in the order of import.",
  values: {
    IMPORT: { description: "By when they came into the database." },
    RATING: { description: "By stars." },
    RATED_AT: { description: "By when they were given; those of which that is not known are the earliest." },
  } as const,
});

export const RatingOrder = builder.inputType("RatingOrder", {
  description: "How ratings are ordered.",
  fields: (t) => ({
    field: t.field({ type: RatingOrderField, required: true, description: "What they are ordered by." }),
    direction: t.field({
      type: OrderDirection,
      description: "By default `ASC` for IMPORT, `DESC` for the others: the highest or latest first.",
    }),
  }),
});
