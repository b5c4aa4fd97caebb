/** Subscriptions to ratings, recommendations and training progress. */
import { ratingsAdded, recommendationChanges, trainings, userNow } from "../../resolvers/system/event-streams.js";
import { builder } from "../builder/builder.js";
import { Rating, TrainingProgress, User } from "../builder/refs.js";

const whose = "Number or global id of the user; by default the viewer. Of one whose ratings may be read.";

builder.subscriptionField("ratingAdded", (t) =>
  t.field({
    type: Rating,
    description: "Each rating of a user, as it is set or changed by this server. Sent as server-sent events.",
    args: { userId: t.arg.id({ description: whose }) },
    subscribe: (_root, { userId }, context) => ratingsAdded(context, userId),
    resolve: (rating) => rating,
  }),
);

builder.subscriptionField("recommendationsChanged", (t) =>
  t.field({
    type: User,
    description:
      "The user, each time that what is recommended to them may be another: they rated, or took a rating away, or another " +
      "model serves. What other processes do is seen within a second. Sent as server-sent events.",
    args: { userId: t.arg.id({ description: whose }) },
    subscribe: (_root, { userId }, context) => recommendationChanges(context, userId),
    resolve: (userId, _args, context) => userNow(context, userId),
  }),
);

const TrainingState = builder.enumType("TrainingState", {
  description: "Whether a training goes on.",
  values: {
    RUNNING: { description: "It goes on." },
    DONE: { description: "Its model is there." },
    STOPPED: { description: "It ended without a model." },
  } as const,
});

TrainingProgress.implement({
  description: "How far a training has come.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: "Kind of the model: `bayes`, `mf` or `baseline`." }),
    phase: t.exposeString("phase", { description: "What it is at, such as `sample` or `ranker`." }),
    done: t.exposeFloat("done", { description: "How much of this phase is done, in 0..1." }),
    state: t.expose("state", { type: TrainingState, description: "Whether it goes on." }),
    at: t.exposeString("at", { description: "When it was so, as ISO 8601 in UTC." }),
  }),
});

builder.subscriptionField("trainingProgress", (t) =>
  t.field({
    type: TrainingProgress,
    description:
      "How far `marquee train` has come in the server's data folder, as it goes on, at most twice a second. Sent as " +
      "server-sent events.",
    subscribe: (_root, _args, context) => trainings(context),
    resolve: (progress) => progress,
  }),
);
