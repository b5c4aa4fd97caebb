import { findUser, userIdOf } from "../resolvers/lookup.js";
import { maxPage } from "../resolvers/pages.js";
import { defaultCandidates, defaultFirst, defaultFirstSimilar } from "../resolvers/recommend.js";
import type { User as UserRow } from "../resolvers/rows.js";
import {
  ratingCount,
  ratingsPage,
  recommendationsOf,
  topRatingsOf,
  topTitlesOf,
  userCount,
  usersPage,
} from "../resolvers/user.js";
import { visualTaste } from "../resolvers/visual-taste.js";
import { builder } from "./builder.js";
import { pageOf } from "./page.js";
import { Rating, Recommendation, User, VisualTaste } from "./refs.js";

const RankBy = builder.enumType("RankBy", {
  description: "What recommendations are ordered by.",
  values: {
    PREFERENCE: {
      description: "What the user would choose to watch, learned from likes; needs a model with a ranker.",
    },
    RATING: { description: "How many stars the user would give: favours what few have seen." },
  } as const,
});

builder.node(User, {
  description: "Somebody who rates movies. Demographics are null where the data set has none.",
  id: { resolve: ({ id }) => id, description: "Global id." },
  loadManyWithoutCache: (ids, { loaders }) => loaders.userById.loadMany(ids.map(userIdOf)) as Promise<UserRow[]>,
  fields: (t) => ({
    userId: t.exposeInt("id", { description: "The data set's own number." }),
    gender: t.exposeString("gender", { nullable: true, description: "`M` or `F`, as the data set has it." }),
    ageGroup: t.exposeInt("ageGroup", {
      nullable: true,
      description: "Lower bound of the age group: 1 (under 18), 18, 25, 35, 45, 50 or 56.",
    }),
    occupation: t.exposeString("occupation", { nullable: true, description: "Occupation, in the data set's words." }),
    zipCode: t.exposeString("zipCode", { nullable: true, description: "US zip code, as the data set has it." }),
    topRated: t.stringList({
      description: "Titles of the best-rated movies: rated highest, then latest, then in the order of import.",
      args: { first: t.arg.int({ defaultValue: 3, description: `How many, at most ${maxPage}.` }) },
      resolve: (user, { first }, context) => topTitlesOf(context, user, first ?? 3),
    }),
    topRatings: t.field({
      type: [Rating],
      description: "The ratings of the best-rated movies, in the order of `topRated`.",
      args: { first: t.arg.int({ defaultValue: 3, description: `How many, at most ${maxPage}.` }) },
      complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? 3) }),
      resolve: (user, { first }, context) => topRatingsOf(context, user, first ?? 3),
    }),
    ratings: t.connection(
      {
        type: Rating,
        description: "All ratings, in the order of import.",
        resolve: (user, args, context) =>
          pageOf(
            args,
            (page) => ratingsPage(context, user, page),
            () => ratingCount(context, user),
          ),
      },
      { name: "RatingConnection", description: "A page of ratings." },
      { name: "RatingEdge", description: "A rating and its cursor." },
    ),
    visualTaste: t.field({
      type: VisualTaste,
      nullable: true,
      description:
        "Which kinds of posters the user's movies have, drawn towards what people of their gender and age like; for a user " +
        "without ratings that alone. Null where no poster is embedded yet.",
      complexity: 100,
      resolve: (user, _args, { services }) => visualTaste(services, user),
    }),
    recommendations: t.field({
      type: [Recommendation],
      description:
        "Movies that the user has not rated, best first: by preference where the model has a ranker, else by predicted " +
        "rating. With `similar: true`, the best `candidates` that have a poster, closest first to the posters of the " +
        "user's three best-rated movies; where the user rated fewer than three, what people of their gender and age like to " +
        "look at stands in. A rating given or taken away counts at once.",
      args: {
        similar: t.arg.boolean({ defaultValue: false, description: "Re-rank by the likeness of posters." }),
        first: t.arg.int({
          description: `How many, at most ${maxPage}; default ${defaultFirst}, or ${defaultFirstSimilar} when \`similar\`.`,
        }),
        candidates: t.arg.int({
          defaultValue: defaultCandidates,
          description: "How many of the best `similar` re-ranks, at most 1000.",
        }),
        rankBy: t.arg({
          type: RankBy,
          description: "What to order by; default `PREFERENCE` where the model has a ranker, else `RATING`.",
        }),
        weight: t.arg.float({
          description:
            "With `similar`: from 0 (by what movies are ranked by) to 1 (by likeness), both normalised over the candidates; " +
            "a movie without a poster counts as alike as the others in the mean. Left out: by likeness, and those without a poster are dropped.",
        }),
        diversity: t.arg.float({
          description:
            "With `similar`: from 0 to 1, how much each next poster must differ from those before it (maximal marginal relevance).",
        }),
        basedOn: t.arg.idList({
          description:
            "With `similar`: movies (numbers or global ids, at most 20) whose posters are compared with, instead of the user's three best-rated.",
        }),
        popularity: t.arg.float({
          description:
            "From −1 (niche: on average as popular as the median movie) over 0 (as the ranker says) to 1 (mainstream). With " +
            "`PREFERENCE` only.",
        }),
      },
      // Every movie is predicted, and each candidate's poster may have to be embedded first.
      complexity: ({ first, similar, candidates }) => ({
        field: 100 + (similar ? Math.max(0, candidates ?? defaultCandidates) : 0),
        multiplier: Math.max(1, first ?? defaultFirst),
      }),
      resolve: (user, args, context) => recommendationsOf(context, user, args),
    }),
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

builder.queryField("users", (t) =>
  t.connection(
    {
      type: User,
      description: "All users, by number.",
      resolve: (_root, args, context) =>
        pageOf(
          args,
          (page) => usersPage(context, page),
          () => userCount(context),
        ),
    },
    { name: "UserConnection", description: "A page of users." },
    { name: "UserEdge", description: "A user and its cursor." },
  ),
);
