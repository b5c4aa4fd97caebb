/** Subscriptions to ratings, recommendations and training progress. */
import { ratingsAdded, recommendationChanges, trainings, userNow } from "../../resolvers/system/event-streams.js";
import { builder } from "../builder/builder.js";
import { RatingRef, TrainingProgressRef, UserRef } from "../builder/refs.js";

const userIdDescription = "Number or global id of a user whose ratings the viewer may read; default the viewer.";

builder.subscriptionField("ratingAdded", (t) =>
  t.field({
    type: RatingRef,
    description: "A user's rating, whenever this server sets or changes one. Sent as server-sent events.",
    args: { userId: t.arg.id({ description: userIdDescription }) },
    subscribe: (_root, { userId }, context) => ratingsAdded(context, userId),
    resolve: (rating) => rating,
  }),
);

builder.subscriptionField("recommendationsChanged", (t) =>
  t.field({
    type: UserRef,
    description:
      "The user, whenever their recommendations may have changed: after a rating was set or removed, or another model became " +
      "active. Changes by other processes are seen within a second. Sent as server-sent events.",
    args: { userId: t.arg.id({ description: userIdDescription }) },
    subscribe: (_root, { userId }, context) => recommendationChanges(context, userId),
    resolve: (userId, _args, context) => userNow(context, userId),
  }),
);

const TrainingState = builder.enumType("TrainingState", {
  description: "State of a training run.",
  values: {
    RUNNING: { description: "In progress." },
    DONE: { description: "Finished, with a model." },
    STOPPED: { description: "Ended without a model." },
  } as const,
});

TrainingProgressRef.implement({
  description: "Progress of a training run.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: "Kind of the model: `bayes`, `mf` or `baseline`." }),
    phase: t.exposeString("phase", { description: "Current phase, such as `sample` or `ranker`." }),
    done: t.exposeFloat("done", { description: "Completed share of the phase, 0 to 1." }),
    state: t.expose("state", { type: TrainingState, description: "State of the run." }),
    at: t.exposeString("at", { description: "Time of this report, ISO 8601 in UTC." }),
  }),
});

builder.subscriptionField("trainingProgress", (t) =>
  t.field({
    type: TrainingProgressRef,
    description:
      "Progress of `marquee train` in the server's data folder, at most twice a second. Sent as server-sent events.",
    subscribe: (_root, _args, context) => trainings(context),
    resolve: (progress) => progress,
  }),
);
