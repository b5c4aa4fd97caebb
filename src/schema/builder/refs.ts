/** References to the object types, so that their files can refer to each other. */
import type { VisualTaste as VisualTasteOf } from "../../recommend/cluster-taste.js";
import type {
  PosterReason as PosterReasonOf,
  RatingReasonOfUser,
  Reason as ReasonOf,
  TasteReason as TasteReasonOf,
} from "../../resolvers/recommendations/reasons.js";
import type { Recommendation as RecommendationOf } from "../../resolvers/recommendations/recommendations.js";
import type {
  ManifestDraft,
  Metrics,
  Movie as MovieRow,
  Poster as PosterRow,
  Rating as RatingRow,
  User as UserRow,
} from "../../resolvers/request/row-types.js";
import type { Token as TokenRow } from "../../resolvers/system/edit-tokens.js";
import type { JobProgress } from "../../store/training-progress.js";
import { builder } from "./builder.js";

export const User = builder.objectRef<UserRow>("User");
export const Movie = builder.objectRef<MovieRow>("Movie");
export const Rating = builder.objectRef<RatingRow>("Rating");
export const Recommendation = builder.objectRef<RecommendationOf>("Recommendation");
export const Reason = builder.interfaceRef<ReasonOf>("Reason");
export const RatingReason = builder.objectRef<RatingReasonOfUser>("RatingReason");
export const PosterReason = builder.objectRef<PosterReasonOf>("PosterReason");
export const TasteReason = builder.objectRef<TasteReasonOf>("TasteReason");
export const VisualTaste = builder.objectRef<VisualTasteOf>("VisualTaste");
export const Poster = builder.objectRef<PosterRow>("Poster");
export const Model = builder.objectRef<ManifestDraft>("Model");
export const RatingHistogram = builder.objectRef<NonNullable<Metrics["ratingHistogram"]>>("RatingHistogram");
export const ModelMetrics = builder.objectRef<Metrics>("ModelMetrics");
export const Token = builder.objectRef<TokenRow>("Token");
export const TrainingProgress = builder.objectRef<JobProgress>("TrainingProgress");
