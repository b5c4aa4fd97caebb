/** The User type and the queries for users. */
import { parseUserId } from "../../ids.js";
import { defaultFirst } from "../../recommend/recommend-request.js";
import {
  getRecommendations,
  maxRank,
  recommendationCount,
  recommendationsPage,
} from "../../resolvers/recommendations/recommendations.js";
import { viewerAsUser } from "../../resolvers/request/access.js";
import { defaultPage, maxPage } from "../../resolvers/request/cursors.js";
import { loadNodes, lookUpUser } from "../../resolvers/request/lookup.js";
import type { User } from "../../resolvers/request/row-types.js";
import {
  toRatingOrder,
  userRatingCount,
  userRatingsFilter,
  userRatingsPage,
} from "../../resolvers/users/list-ratings.js";
import { getTopRatings, getTopTitles, userCount, usersPage } from "../../resolvers/users/user-fields.js";
import { builder } from "../builder/builder.js";
import { orderName, toConnection } from "../builder/page.js";
import { RatingRef, RecommendationRef, UserRef, VisualTasteRef } from "../builder/refs.js";
import { firstArg, recommendArgs, recommendCost } from "../recommendations/recommend-args.js";
import { RatingConnection, RatingEdge, ratingArgs } from "./rating.js";

/** Requires permission to read the user's private data. */
const own = (user: User) => ({ userReader: user });

builder.node(UserRef, {
  description:
    "A user who rates movies. Demographics are null if the data set has none. Ratings and demographics of users outside any " +
    "published data set are private: reading them requires their own token or scope admin.",
  id: { resolve: ({ id }) => id, description: "Global id." },
  loadManyWithoutCache: (ids, { loaders }) => loadNodes(ids, parseUserId, loaders.userById) as Promise<User[]>,
  fields: (t) => ({
    userId: t.exposeInt("id", { description: "User number in the data set." }),
    externalId: t.exposeString("externalId", {
      nullable: true,
      authScopes: { admin: true },
      description: "Id in another system, as given to `createUser`; null for users of the data set.",
    }),
    gender: t.exposeString("gender", {
      nullable: true,
      authScopes: own,
      description: "Gender as in the data set: `M` or `F`.",
    }),
    ageGroup: t.exposeInt("ageGroup", {
      nullable: true,
      authScopes: own,
      description: "Lower bound of the age group: 1 (under 18), 18, 25, 35, 45, 50 or 56.",
    }),
    occupation: t.exposeString("occupation", {
      nullable: true,
      authScopes: own,
      description: "Occupation as the data set names it.",
    }),
    zipCode: t.exposeString("zipCode", {
      nullable: true,
      authScopes: own,
      description: "US zip code as in the data set.",
    }),
    topRated: t.stringList({
      authScopes: own,
      description: "Titles of the best-rated movies: highest rating first, then latest, then in import order.",
      args: { first: t.arg.int({ defaultValue: 3, description: `Number of titles, at most ${maxPage}.` }) },
      resolve: (user, { first }, context) => getTopTitles(context, user, first ?? 3),
    }),
    topRatings: t.field({
      type: [RatingRef],
      authScopes: own,
      description: "Ratings of the best-rated movies, in the order of `topRated`.",
      args: { first: t.arg.int({ defaultValue: 3, description: `Number of ratings, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? 3) }),
      resolve: (user, { first }, context) => getTopRatings(context, user, first ?? 3),
    }),
    ratings: t.connection(
      {
        type: RatingRef,
        authScopes: own,
        description: "All ratings, by default in import order.",
        args: {
          movieId: t.arg.id({ description: "Only the rating of this movie: number or global id." }),
          ...ratingArgs(t.arg),
        },
        resolve: async (user, args, context) => {
          const filter = await userRatingsFilter(context, args);
          return toConnection(
            args,
            orderName(toRatingOrder(args)),
            (page) => userRatingsPage(context, user, filter, args, page),
            () => userRatingCount(context, user, filter),
          );
        },
      },
      RatingConnection,
      RatingEdge,
    ),
    visualTaste: t.field({
      type: VisualTasteRef,
      nullable: true,
      authScopes: own,
      description:
        "Clusters of posters that the user prefers, blended with those that users of the same gender and age like; without " +
        "ratings, the latter alone. Null if no poster is embedded yet.",
      complexity: 100,
      resolve: (user, _args, { loaders }) => loaders.visualTaste.load(user),
    }),
    recommendations: t.field({
      type: [RecommendationRef],
      authScopes: own,
      description:
        "Movies that the user has not rated, best first: by preference if the model has a ranker, else by predicted rating. " +
        "With `similar: true`, the best `candidates` that have a poster, most similar first to the posters of the user's " +
        "three best-rated movies; with fewer than three rated, posters that users of the same gender and age like are the " +
        "fallback. New and removed ratings count at once.",
      args: { ...recommendArgs(t.arg), first: firstArg(t.arg) },
      complexity: (args) => recommendCost(args, args.first ?? defaultFirst),
      resolve: (user, args, context) => getRecommendations(context, user, args),
    }),
    recommendationsConnection: t.connection(
      {
        type: RecommendationRef,
        authScopes: own,
        description:
          "The list of `recommendations` as a connection, down to rank " +
          `${maxRank}, or with \`similar\` through the \`candidates\`. A rating between two pages changes the later one.`,
        args: recommendArgs(t.arg),
        complexity: (args) => recommendCost(args, args.first ?? args.last ?? defaultPage),
        resolve: (user, args, context) =>
          toConnection(
            args,
            "RANK ASC",
            (page) => recommendationsPage(context, user, args, page),
            () => recommendationCount(context, user, args),
          ),
      },
      { name: "RecommendationConnection", description: "A page of recommendations." },
      { name: "RecommendationEdge", description: "A recommendation and its cursor." },
    ),
  }),
});

builder.queryField("user", (t) =>
  t.field({
    type: UserRef,
    nullable: true,
    description: "The user with a number in the data set, such as `42`, or global id; null if there is none.",
    args: { id: t.arg.id({ required: true, description: "Number or global id of the user." }) },
    resolve: (_root, { id }, context) => lookUpUser(context, id),
  }),
);

builder.queryField("viewer", (t) =>
  t.field({
    type: UserRef,
    nullable: true,
    description: "The user of the request's token; null without a token or if it has no user.",
    resolve: (_root, _args, context) => viewerAsUser(context),
  }),
);

builder.queryField("users", (t) =>
  t.connection(
    {
      type: UserRef,
      description:
        "Users that match all filters, ordered by number; by demographics, only those whose demographics the viewer may read.",
      args: {
        gender: t.arg.string({ description: "`M` or `F`." }),
        ageGroup: t.arg.int({ description: "Lower bound of the age group: 1, 18, 25, 35, 45, 50 or 56." }),
        occupation: t.arg.string({ description: "Occupation as the data set names it." }),
      },
      resolve: (_root, args, context) =>
        toConnection(
          args,
          "NUMBER ASC",
          (page) => usersPage(context, args, page),
          () => userCount(context, args),
        ),
    },
    { name: "UserConnection", description: "A page of users." },
    { name: "UserEdge", description: "A user and its cursor." },
  ),
);
