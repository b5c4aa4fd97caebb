/** References to the object types, so that their files can refer to each other. */
import type { VisualTaste } from "../../recommend/cluster-taste.js";
import type { PosterReason, RatingReasonOfUser, Reason, TasteReason } from "../../resolvers/recommendations/reasons.js";
import type { Recommendation } from "../../resolvers/recommendations/recommendations.js";
import type { ManifestDraft, Metrics, Movie, Poster, Rating, User } from "../../resolvers/request/row-types.js";
import type { Token } from "../../resolvers/system/edit-tokens.js";
import type { JobProgress } from "../../store/training-progress.js";
import { builder } from "./builder.js";

export const UserRef = builder.objectRef<User>("User");
export const MovieRef = builder.objectRef<Movie>("Movie");
export const RatingRef = builder.objectRef<Rating>("Rating");
export const RecommendationRef = builder.objectRef<Recommendation>("Recommendation");
export const ReasonRef = builder.interfaceRef<Reason>("Reason");
export const RatingReasonRef = builder.objectRef<RatingReasonOfUser>("RatingReason");
export const PosterReasonRef = builder.objectRef<PosterReason>("PosterReason");
export const TasteReasonRef = builder.objectRef<TasteReason>("TasteReason");
export const VisualTasteRef = builder.objectRef<VisualTaste>("VisualTaste");
export const PosterRef = builder.objectRef<Poster>("Poster");
export const ModelRef = builder.objectRef<ManifestDraft>("Model");
export const RatingHistogramRef = builder.objectRef<NonNullable<Metrics["ratingHistogram"]>>("RatingHistogram");
export const ModelMetricsRef = builder.objectRef<Metrics>("ModelMetrics");
export const TokenRef = builder.objectRef<Token>("Token");
export const TrainingProgressRef = builder.objectRef<JobProgress>("TrainingProgress");
