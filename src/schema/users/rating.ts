/** The type Rating, and queries for ratings. */
import type { ArgBuilder } from "@pothos/core";
import { ratingCount, ratingsFilter, ratingsPage, toRatingOrder } from "../../resolvers/users/list-ratings.js";
import { builder } from "../builder/builder.js";
import { cacheId } from "../builder/cache-id.js";
import { FloatRange, RatingOrder } from "../builder/filters.js";
import { orderName, pageOf } from "../builder/page.js";
import { Movie, Rating, User } from "../builder/refs.js";
import { isoOf } from "../builder/time.js";

Rating.implement({
  description: "How many stars a user gave a movie.",
  fields: (t) => ({
    id: t.id({
      description:
        "Names the user's rating of the movie, for caches: another one takes its place. `node` does not take it.",
      resolve: ({ userId, movieId }) => cacheId("Rating", userId, movieId),
    }),
    rating: t.exposeFloat("rating", { description: "Stars, 0.5 to 5 in half stars." }),
    ratedAt: t.string({
      nullable: true,
      description: "When, as ISO 8601 in UTC; null where the data set does not say.",
      resolve: ({ ratedAt }) => (ratedAt === null ? null : isoOf(ratedAt)),
    }),
    movie: t.field({
      type: Movie,
      nullable: true,
      description: "The movie that was rated.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Who rated it.",
      resolve: ({ userId }, _args, { loaders }) => loaders.userById.load(userId),
    }),
  }),
});

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** What lists of ratings are filtered and ordered by. */
export function ratingArgs(t: ArgBuilder<Types>) {
  return {
    rating: t({ type: FloatRange, description: "Only ratings of so many stars." }),
    ratedAfter: t.string({
      description: "Only ratings given then or later, such as `2003-02-28` or a time in ISO 8601.",
    }),
    ratedBefore: t.string({ description: "Only ratings given then or before; of a date, on that day too." }),
    orderBy: t({ type: RatingOrder, description: "By default in the order of import." }),
  };
}

export const RatingEdge = builder.edgeObject({
  type: Rating,
  name: "RatingEdge",
  description: "A rating and its cursor.",
});
export const RatingConnection = builder.connectionObject(
  { type: Rating, name: "RatingConnection", description: "A page of ratings." },
  RatingEdge,
);

builder.queryField("ratings", (t) =>
  t.connection(
    {
      type: Rating,
      description:
        "A user's ratings, or a movie's, or the one of both; of a movie, only those of users whose ratings may be read.",
      args: {
        userId: t.arg.id({ description: "Number or global id of the user." }),
        movieId: t.arg.id({ description: "Number or global id of the movie." }),
        ...ratingArgs(t.arg),
      },
      resolve: async (_root, args, context) => {
        const filter = await ratingsFilter(context, args);
        return pageOf(
          args,
          orderName(toRatingOrder(args)),
          (page) => ratingsPage(context, filter, args, page),
          () => ratingCount(context, filter),
        );
      },
    },
    RatingConnection,
    RatingEdge,
  ),
);
