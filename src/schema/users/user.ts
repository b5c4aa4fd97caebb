/** The type User, and queries for users. */
import { parseUserId } from "../../ids.js";
import { defaultFirst } from "../../recommend/pipeline.js";
import {
  getRecommendations,
  maxRank,
  recommendationCount,
  recommendationsPage,
} from "../../resolvers/recommendations/recommendations.js";
import { viewerAsUser } from "../../resolvers/request/access.js";
import { defaultPage, maxPage } from "../../resolvers/request/cursors.js";
import { findUser, nodesOf } from "../../resolvers/request/lookup.js";
import type { User as UserRow } from "../../resolvers/request/row-types.js";
import {
  toRatingOrder,
  userRatingCount,
  userRatingsFilter,
  userRatingsPage,
} from "../../resolvers/users/list-ratings.js";
import { getTopRatings, getTopTitles, userCount, usersPage } from "../../resolvers/users/user-fields.js";
import { builder } from "../builder/builder.js";
import { orderName, pageOf } from "../builder/page.js";
import { Rating, Recommendation, User, VisualTaste } from "../builder/refs.js";
import { firstArg, recommendArgs, recommendCost } from "../recommendations/recommend-args.js";
import { RatingConnection, RatingEdge, ratingArgs } from "./rating.js";

/** Whoever may read what is a user's own. */
const own = (user: UserRow) => ({ readerOf: user });

builder.node(User, {
  description:
    "Somebody who rates movies. Demographics are null where the data set has none. Ratings and demographics of people who " +
    "are in no published data set are private: their own token reads them, and one of the scope admin.",
  id: { resolve: ({ id }) => id, description: "Global id." },
  loadManyWithoutCache: (ids, { loaders }) => nodesOf(ids, parseUserId, loaders.userById) as Promise<UserRow[]>,
  fields: (t) => ({
    userId: t.exposeInt("id", { description: "The data set's own number." }),
    externalId: t.exposeString("externalId", {
      nullable: true,
      authScopes: { admin: true },
      description: "What another system calls them, as `createUser` was told; null for users of the data set.",
    }),
    gender: t.exposeString("gender", {
      nullable: true,
      authScopes: own,
      description: "`M` or `F`, as the data set has it.",
    }),
    ageGroup: t.exposeInt("ageGroup", {
      nullable: true,
      authScopes: own,
      description: "Lower bound of the age group: 1 (under 18), 18, 25, 35, 45, 50 or 56.",
    }),
    occupation: t.exposeString("occupation", {
      nullable: true,
      authScopes: own,
      description: "Occupation, in the data set's words.",
    }),
    zipCode: t.exposeString("zipCode", {
      nullable: true,
      authScopes: own,
      description: "US zip code, as the data set has it.",
    }),
    topRated: t.stringList({
      authScopes: own,
      description: "Titles of the best-rated movies: rated highest, then latest, then in the order of import.",
      args: { first: t.arg.int({ defaultValue: 3, description: `How many, at most ${maxPage}.` }) },
      resolve: (user, { first }, context) => getTopTitles(context, user, first ?? 3),
    }),
    topRatings: t.field({
      type: [Rating],
      authScopes: own,
      description: "The ratings of the best-rated movies, in the order of `topRated`.",
      args: { first: t.arg.int({ defaultValue: 3, description: `How many, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? 3) }),
      resolve: (user, { first }, context) => getTopRatings(context, user, first ?? 3),
    }),
    ratings: t.connection(
      {
        type: Rating,
        authScopes: own,
        description: "All ratings, by default in the order of import.",
        args: {
          movieId: t.arg.id({ description: "Only that of this movie: number or global id." }),
          ...ratingArgs(t.arg),
        },
        resolve: async (user, args, context) => {
          const filter = await userRatingsFilter(context, args);
          return pageOf(
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
      type: VisualTaste,
      nullable: true,
      authScopes: own,
      description:
        "Which kinds of posters the user's movies have, drawn towards what people of their gender and age like; for a user " +
        "without ratings that alone. Null where no poster is embedded yet.",
      complexity: 100,
      resolve: (user, _args, { loaders }) => loaders.visualTaste.load(user),
    }),
    recommendations: t.field({
      type: [Recommendation],
      authScopes: own,
      description:
        "Movies that the user has not rated, best first: by preference where the model has a ranker, else by predicted " +
        "rating. With `similar: true`, the best `candidates` that have a poster, closest first to the posters of the " +
        "user's three best-rated movies; where the user rated fewer than three, what people of their gender and age like to " +
        "look at stands in. A rating given or taken away counts at once.",
      args: { ...recommendArgs(t.arg), first: firstArg(t.arg) },
      complexity: (args) => recommendCost(args, args.first ?? defaultFirst),
      resolve: (user, args, context) => getRecommendations(context, user, args),
    }),
    recommendationsConnection: t.connection(
      {
        type: Recommendation,
        authScopes: own,
        description:
          "The list of `recommendations` page by page, for clients that page through connections, down to rank " +
          `${maxRank}, or with \`similar\` through the \`candidates\`. A rating that comes in between moves what follows.`,
        args: recommendArgs(t.arg),
        complexity: (args) => recommendCost(args, args.first ?? args.last ?? defaultPage),
        resolve: (user, args, context) =>
          pageOf(
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
    type: User,
    nullable: true,
    description: "A user by the data set's own number, such as `42`, or by global id.",
    args: { id: t.arg.id({ required: true, description: "Number or global id." }) },
    resolve: (_root, { id }, context) => findUser(context, id),
  }),
);

builder.queryField("viewer", (t) =>
  t.field({
    type: User,
    nullable: true,
    description: "The user whose token was sent; null without one, and for a token that is nobody's.",
    resolve: (_root, _args, context) => viewerAsUser(context),
  }),
);

builder.queryField("users", (t) =>
  t.connection(
    {
      type: User,
      description:
        "Users by number, all or those that match; by demographics, only those whose demographics may be read.",
      args: {
        gender: t.arg.string({ description: "`M` or `F`." }),
        ageGroup: t.arg.int({ description: "Lower bound of the age group: 1, 18, 25, 35, 45, 50 or 56." }),
        occupation: t.arg.string({ description: "Occupation, in the data set's words." }),
      },
      resolve: (_root, args, context) =>
        pageOf(
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
