/** Reasons for a recommendation: similar posters, and the ratings that contributed most. */
import type { MovieId } from "../../ids.js";
import type { RatingReason as RatingContribution } from "../../ml/model/predictor.js";
import { sharedColours } from "../../posters/images/palette.js";
import { embeddingCosine } from "../../posters/vectors/similarity.js";
import { maxReasons, toTopReasons } from "../../recommend/explain.js";
import type { PosterTarget } from "../../recommend/poster-similarity.js";
import type { Context } from "../request/context.js";
import { checkFirst } from "../request/cursors.js";
import type { Recommendation } from "./recommendations.js";

/** One of the user's ratings, and how much it moves the prediction. */
export type RatingReasonOfUser = RatingContribution & { kind: "RatingReason" };
/** One of the posters that the list was re-ranked by, and how close it is. */
export interface PosterReason {
  kind: "PosterReason";
  /** The movie whose poster it is. */
  movieId: MovieId;
  /** Cosine in −1..1. */
  similarity: number;
  /** The recommended movie, for its colours. */
  recommendedId: MovieId;
}
/** What stands for the posters of a user with fewer than three rated movies. */
export interface TasteReason {
  kind: "TasteReason";
  fallback: NonNullable<PosterTarget["fallback"]>;
}
export type Reason = RatingReasonOfUser | PosterReason | TasteReason;

/**
 * Where the list was re-ranked by posters, first the poster that is most similar to the movie's own, and what stood for posters that a
 * new user lacks; then the ratings that raised the prediction, the most first.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 20
 */
export async function getReasons(
  context: Context,
  { owner, movieId, compared }: Pick<Recommendation, "owner" | "movieId" | "compared">,
  first: number,
): Promise<Reason[]> {
  checkFirst("first", first, maxReasons);
  const reasons: Reason[] = compared === undefined ? [] : posterReasons(movieId, compared);
  if (reasons.length < first) {
    const ratings =
      "guest" in owner
        ? toTopReasons(await owner.guest.reasons.load(movieId))
        : await context.loaders.reasons.load({ userId: owner.userId, movieId });
    reasons.push(...ratings.map((rating) => ({ ...rating, kind: "RatingReason" as const })));
  }
  return reasons.slice(0, first);
}

function posterReasons(
  movieId: MovieId,
  { target: { anchors, fallback }, vector }: NonNullable<Recommendation["compared"]>,
): Reason[] {
  const reasons: Reason[] = [];
  if (vector === undefined) return reasons;
  let closest: PosterReason | undefined;
  for (const anchor of anchors) {
    const similarity = embeddingCosine(anchor.vector, vector);
    if (closest !== undefined && similarity <= closest.similarity) continue;
    closest = { kind: "PosterReason", movieId: anchor.movieId, similarity, recommendedId: movieId };
  }
  if (closest !== undefined) reasons.push(closest);
  if (fallback !== null) reasons.push({ kind: "TasteReason", fallback });
  return reasons;
}

/** Colours that both posters show, most first; none where they share none. */
export async function sharedPalette({ loaders }: Context, { movieId, recommendedId }: PosterReason): Promise<string[]> {
  const [one, other] = await Promise.all([
    loaders.previewByMovieId.load(movieId),
    loaders.previewByMovieId.load(recommendedId),
  ]);
  return sharedColours(one?.palette ?? [], other?.palette ?? []);
}

/** Such as `because you gave Alien 5★`. */
export async function reasonText(context: Context, reason: Reason): Promise<string> {
  if (reason.kind === "TasteReason") return tasteText(reason);
  const movie = await context.loaders.movieById.load(reason.movieId);
  const title = movie?.displayTitle ?? "a movie";
  if (reason.kind === "RatingReason") return `because you gave ${title} ${reason.stars}★`;
  const colours = await sharedPalette(context, reason);
  const similarity = `its poster looks like that of ${title} (${reason.similarity.toFixed(2)})`;
  return colours.length === 0 ? similarity : `${similarity}: both ${toList(colours.slice(0, 3))}`;
}

const ageWords: Record<number, string> = {
  1: "under 18",
  18: "18 to 24",
  25: "25 to 34",
  35: "35 to 44",
  45: "45 to 49",
  50: "50 to 55",
  56: "56 and over",
};

function tasteText({ fallback }: TasteReason): string {
  const { gender, ageGroup } = fallback.demographics;
  const people = gender === "F" ? "women" : gender === "M" ? "men" : "people";
  const age = ageGroup === null ? "" : ` of ${ageWords[ageGroup] ?? `${ageGroup} and over`}`;
  const who = fallback.basis === "EVERYONE" ? "people" : `${people}${age}`;
  const rated = fallback.ratedMovies === 0 ? "no movie" : fallback.ratedMovies === 1 ? "one movie" : "two movies";
  return `you have rated ${rated} yet: posters that ${who} like stand in for the rest`;
}

function toList(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
