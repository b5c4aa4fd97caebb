/** `marquee recommend`: prints what to watch next, as a table, as JSON or as a picture of the posters. */
import { randomInt } from "node:crypto";
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import { splitGenres } from "../../genres.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Predictor } from "../../ml/model/predictor.js";
import type { PictureCard } from "../../posters/artwork/recommendation-picture.js";
import { readPoster } from "../../posters/images/poster-files.js";
import { recommend } from "../../recommend/pipeline.js";
import { getPosterSimilarities } from "../../recommend/poster-similarity.js";
import { createReader, loadAll, type Reader } from "../../recommend/reader.js";
import type { RecommendedMovie } from "../../recommend/recommend-request.js";
import { defaultCandidates } from "../../recommend/recommend-request.js";
import { clampStars } from "../../recommend/star-scale.js";
import type { Services } from "../../services/services.js";
import { decimal, oneOf, userIdArgument, wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, printText, say, writeOut } from "../terminal/output.js";
import { requireModel, requireUser } from "../terminal/require-existing.js";
import { withServices } from "../terminal/with-services.js";

export function addRecommendCommand(program: Command): void {
  program
    .command("recommend")
    .summary("recommend movies to a user")
    .description(
      "print a user's three best-rated movies and what to watch next: the first 15 by what they would choose (preference, where the model has a " +
        "ranker, otherwise predicted stars), or with --similar the 5 of the first 30 whose posters are most similar to those of the three",
    )
    .argument("<userId>", "the user's number in the data set, or: random")
    .option("--similar", "re-rank by the similarity of posters")
    .option(
      "--first <n>",
      "recommend this many movies (default: 15, or 5 with --similar)",
      wholeNumberArgument("--first", 1, 100),
    )
    .option(
      "--candidates <n>",
      "re-rank this many of the first movies with --similar (default: 30)",
      wholeNumberArgument("--candidates", 1, 1000),
    )
    .option(
      "--rank-by <order>",
      "rank by preference (what they would choose to watch; needs a model with a ranker) or by rating (predicted stars)",
      oneOf("--rank-by", ["preference", "rating"] as const),
    )
    .option(
      "--popularity <x>",
      "favour niche (-1) to mainstream (1) movies; by preference only",
      decimal("--popularity", -1, 1),
    )
    .option("--model <name>", "predict with this model")
    .option("--picture <file>", "draw the posters into this PNG file")
    .option("--json", "print the result as JSON")
    .action(runRecommend);
}

interface RecommendOptions {
  similar?: boolean;
  first?: number;
  candidates?: number;
  rankBy?: "preference" | "rating";
  popularity?: number;
  model?: string;
  picture?: string;
  json?: boolean;
}

async function runRecommend(user: string, options: RecommendOptions, command: Command): Promise<void> {
  await withServices(command, async (services) => {
    const { encoders } = services;
    const userId = user === "random" ? await randomUser(services) : await requireUser(services, userIdArgument(user));
    const model = await requireModel(services, options.model);
    const reader = createReader(services, { model });
    const movies = await recommend(reader, userId, {
      similar: options.similar ?? false,
      first: options.first,
      candidates: options.candidates,
      rankBy: options.rankBy === undefined ? undefined : options.rankBy === "rating" ? "RATING" : "PREFERENCE",
      popularityBias: options.popularity,
    });
    const liked = await reader.topRatings.load({ userId, first: 3 });
    const likedMovies = await loadAll(
      reader.movieById,
      liked.map(({ movieId }) => movieId),
    );
    const top = liked.map(({ movieId, rating }, i) => ({ movieId, title: likedMovies[i]?.displayTitle ?? "", rating }));
    const usesPosters = options.similar || options.picture !== undefined;
    const encoder = usesPosters ? (await encoders.inUse()).manifest.name : null;
    const shown = usesPosters ? await withSimilarities(reader, userId, movies) : movies;
    if (options.picture !== undefined) await drawPicture(reader, options.picture, userId, top, shown);
    if (options.json) {
      return printJson({
        userId,
        model: model.manifest.name,
        encoder,
        topRated: top,
        recommendations: shown.map(({ rank, movieId, title, stars, basis, similarity }) => ({
          rank,
          movieId,
          title,
          score: clampStars(stars),
          similarity: similarity ?? null,
          basis,
          rawScore: stars,
        })),
      });
    }
    if (top.length === 0) printText(`User ${userId} has rated nothing yet: these are movies that others like`);
    else {
      print(`User ${userId}: rated highest`);
      printTable(
        ["movie", "title", "rating"],
        top.map((row) => [row.movieId, row.title, `${row.rating} ★`]),
        [0, 2],
      );
    }
    printText(
      options.similar
        ? `Recommended by poster similarity (${encoder}), from the first ${options.candidates ?? defaultCandidates} by ${describeOrder(model, options)}`
        : `Recommended by ${describeOrder(model, options)}`,
    );
    printTable(
      ["rank", "movie", "title", "predicted", ...(usesPosters ? ["similarity"] : [])],
      shown.map((row) => [
        row.rank,
        row.movieId,
        row.title,
        `${clampStars(row.stars).toFixed(2)} ★`,
        ...(usesPosters ? [row.similarity?.toFixed(3) ?? "no poster"] : []),
      ]),
      [0, 1, 3, 4],
    );
  });
}

/** What `recommend` ranks by with these options. */
function describeOrder(model: Predictor, { rankBy, popularity = 0 }: RecommendOptions): string {
  if (model.preferences === undefined || rankBy === "rating") return "predicted stars";
  const bias = popularity === 0 ? "" : popularity < 0 ? ", on the niche side" : ", on the mainstream side";
  return `preference (what they would choose to watch${bias})`;
}

async function randomUser({ store: { users } }: Services): Promise<UserId> {
  const total = await users.count();
  const user = total === 0 ? undefined : await users.atOffset(randomInt(total));
  if (user === undefined)
    throw new AppError(
      "DATA_EMPTY",
      "there are no users yet: run marquee import, or marquee setup for the embedded data set",
    );
  return user.id;
}

async function withSimilarities(
  reader: Reader,
  userId: UserId,
  movies: RecommendedMovie[],
): Promise<RecommendedMovie[]> {
  if (movies.every(({ similarity }) => similarity !== undefined)) return movies;
  const similarities = await getPosterSimilarities(
    reader,
    movies.map(({ movieId }) => ({ movieId, target: { userId } })),
  );
  return movies.map((movie, i) => ({ ...movie, similarity: similarities[i] }));
}

async function drawPicture(
  reader: Reader,
  file: string,
  userId: UserId,
  top: { movieId: MovieId; rating: number }[],
  movies: readonly RecommendedMovie[],
): Promise<void> {
  const createCards = async (ids: MovieId[], captions: string[]): Promise<PictureCard[]> => {
    const rows = await loadAll(reader.movieById, ids);
    const posters = await loadAll(reader.posterByMovieId, ids);
    return Promise.all(
      ids.map(async (_, i) => {
        const poster = posters[i];
        const bytes =
          poster &&
          (await readPoster(reader.services.folders.posters, poster.sha256, poster.format).catch(() => undefined));
        return {
          title: rows[i]?.displayTitle ?? "",
          year: rows[i]?.year,
          genres: splitGenres(rows[i]?.genres ?? ""),
          caption: captions[i],
          poster: bytes,
        };
      }),
    );
  };
  const { drawRecommendationPicture } = await import("../../posters/artwork/recommendation-picture.js");
  const picture = await drawRecommendationPicture({
    heading: `User ${userId}`,
    // A new user has rated nothing to show.
    rows: [
      {
        title: "Rated highest",
        cards: await createCards(
          top.map(({ movieId }) => movieId),
          top.map(({ rating }) => `${rating}★`),
        ),
      },
      {
        title: "Recommended",
        cards: await createCards(
          movies.map(({ movieId }) => movieId),
          movies.map(
            ({ stars, similarity }) =>
              `${similarity == null ? "no poster" : `similarity ${similarity.toFixed(2)}`} · ${clampStars(stars).toFixed(1)}★`,
          ),
        ),
      },
    ].filter(({ cards }) => cards.length > 0),
  });
  await writeOut(file, picture);
  say(`drew ${file}`);
}
