/** The Rating type and the query for ratings. */
import type { ArgBuilder } from "@pothos/core";
import { ratingCount, ratingsFilter, ratingsPage, toRatingOrder } from "../../resolvers/users/list-ratings.js";
import { builder } from "../builder/builder.js";
import { cacheId } from "../builder/cache-id.js";
import { FloatRange, RatingOrderInput } from "../builder/filters.js";
import { orderName, toConnection } from "../builder/page.js";
import { MovieRef, RatingRef, UserRef } from "../builder/refs.js";
import { toIsoString } from "../builder/time.js";

RatingRef.implement({
  description: "A user's rating of a movie.",
  fields: (t) => ({
    id: t.id({
      description: "Cache id of the user's rating of the movie; a changed rating keeps it. Not accepted by `node`.",
      resolve: ({ userId, movieId }) => cacheId("Rating", userId, movieId),
    }),
    rating: t.exposeFloat("rating", { description: "Stars, 0.5 to 5 in steps of 0.5." }),
    ratedAt: t.string({
      nullable: true,
      description: "Time of the rating, ISO 8601 in UTC; null if unknown.",
      resolve: ({ ratedAt }) => (ratedAt === null ? null : toIsoString(ratedAt)),
    }),
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The rated movie.",
      resolve: ({ movieId }, _args, { loaders }) => loaders.movieById.load(movieId),
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: "The user who rated it.",
      resolve: ({ userId }, _args, { loaders }) => loaders.userById.load(userId),
    }),
  }),
});

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** Arguments that filter and order lists of ratings. */
export function ratingArgs(t: ArgBuilder<Types>) {
  return {
    rating: t({ type: FloatRange, description: "Only ratings in this range of stars." }),
    ratedAfter: t.string({
      description: "Only ratings given at or after this date or ISO 8601 time, such as `2003-02-28`.",
    }),
    ratedBefore: t.string({ description: "Only ratings given at or before this time; a date includes the whole day." }),
    orderBy: t({ type: RatingOrderInput, description: "Sort order; default in import order." }),
  };
}

export const RatingEdge = builder.edgeObject({
  type: RatingRef,
  name: "RatingEdge",
  description: "A rating and its cursor.",
});
export const RatingConnection = builder.connectionObject(
  { type: RatingRef, name: "RatingConnection", description: "A page of ratings." },
  RatingEdge,
);

builder.queryField("ratings", (t) =>
  t.connection(
    {
      type: RatingRef,
      description:
        "Ratings by a user, of a movie, or the one of both; of a movie, only those that the viewer may read.",
      args: {
        userId: t.arg.id({ description: "Number or global id of the user." }),
        movieId: t.arg.id({ description: "Number or global id of the movie." }),
        ...ratingArgs(t.arg),
      },
      resolve: async (_root, args, context) => {
        const filter = await ratingsFilter(context, args);
        return toConnection(
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
