import { Movie, Rating, User } from "./refs.js";

Rating.implement({
  description: "How many stars a user gave a movie.",
  fields: (t) => ({
    rating: t.exposeFloat("rating", { description: "Stars, 0.5 to 5 in half stars." }),
    ratedAt: t.string({
      nullable: true,
      description: "When, as ISO 8601 in UTC; null where the data set does not say.",
      resolve: ({ ratedAt }) => (ratedAt === null ? null : new Date(ratedAt * 1000).toISOString()),
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
