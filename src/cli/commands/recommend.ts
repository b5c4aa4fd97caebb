/** `marquee recommend`, `predict` and `sample`: what the original program printed. */
import { randomInt } from "node:crypto";
import type { Command } from "commander";
import { moviesByIds } from "../../db/movies.js";
import { postersByMovieIds } from "../../db/posters.js";
import { countRatings, ratingAt, topRatings } from "../../db/ratings.js";
import { countUsers, userAt } from "../../db/users.js";
import { AppError } from "../../errors.js";
import { splitGenres } from "../../genres.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Predictor } from "../../ml/model/predictor.js";
import { clampStars } from "../../ml/model/star-scale.js";
import type { PictureCard } from "../../posters/artwork/recommendation-picture.js";
import { readPoster } from "../../posters/images/store.js";
import { defaultCandidates, type RecommendedMovie, recommend } from "../../recommend/pipeline.js";
import { posterSimilarities } from "../../recommend/poster-similarity.js";
import { predictPairs } from "../../recommend/predict.js";
import type { Services } from "../../services/services.js";
import { decimal, movieIdArgument, oneOf, userIdArgument, wholeNumber } from "../terminal/arguments.js";
import { withServices } from "../terminal/command-context.js";
import { print, printJson, printTable, printText, say, writeOut } from "../terminal/output.js";

export function addRecommendCommands(program: Command): void {
  program
    .command("recommend")
    .summary("recommend movies to a user")
    .description(
      "Print a user's three best-rated movies and what to watch next: the first 15 by what they would choose (preference, where the model has a " +
        "ranker, else predicted stars), or with --similar the 5 of the first 30 whose posters are closest to those of the three.",
    )
    .argument("<userId>", "the data set's number of the user, or: random")
    .option("--similar", "re-rank by the likeness of posters")
    .option("--first <n>", "how many to recommend", wholeNumber("--first", 1, 100))
    .option("--candidates <n>", "how many of the first movies --similar re-ranks", wholeNumber("--candidates", 1, 1000))
    .option(
      "--rank-by <order>",
      "preference (what they would choose to watch; needs a model with a ranker) or rating (predicted stars)",
      oneOf("--rank-by", ["preference", "rating"] as const),
    )
    .option("--popularity <x>", "from -1 (niche) to 1 (mainstream), by preference only", decimal("--popularity", -1, 1))
    .option("--model <name>", "predict with this model")
    .option("--picture <file>", "draw the posters into this PNG file")
    .option("--json", "print the result as JSON")
    .action(runRecommend);

  program
    .command("predict")
    .summary("predict a user's stars")
    .description(
      "Print the stars that a user is predicted to give: to the movies named, in their order, or to the best-predicted of all.",
    )
    .argument("<userId>", "the data set's number of the user")
    .argument("[movieId...]", "the data set's numbers of movies")
    .option(
      "--first <n>",
      "how many, where none are named (default: 20; with --json all)",
      wholeNumber("--first", 1, 1_000_000),
    )
    .option("--model <name>", "predict with this model")
    .option("--json", "print the result as JSON")
    .action(runPredict);

  program
    .command("sample")
    .summary("print random ratings")
    .description("Print random ratings with their users and movies.")
    .option("-n, --count <n>", "how many", wholeNumber("--count", 1, 10_000), 10)
    .option("--json", "print the result as JSON")
    .action(async (options: { count: number; json?: boolean }, command: Command) => {
      await withServices(command, async ({ db }) => {
        const total = countRatings(db);
        if (total === 0)
          throw new AppError("DATA_EMPTY", "expected ratings to sample from, but none are loaded: run marquee import");
        const rows = Array.from({ length: options.count }, () => ratingAt(db, randomInt(total))).filter(
          (row) => row !== undefined,
        );
        if (options.json) return printJson(rows);
        printTable(
          ["user", "movie", "title", "rating"],
          rows.map((row) => [row.userId, row.movieId, row.title, row.rating]),
          [0, 1, 3],
        );
      });
    });
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
    const { db, models, encoders } = services;
    const userId = user === "random" ? randomUser(services) : userIdArgument(user);
    const model = await models.get(options.model);
    const movies = await recommend(
      services,
      userId,
      {
        similar: options.similar ?? false,
        first: options.first,
        candidates: options.candidates,
        rankBy: options.rankBy === undefined ? undefined : options.rankBy === "rating" ? "RATING" : "PREFERENCE",
        popularity: options.popularity,
      },
      model,
    );
    const liked = topRatings(db, userId, 3);
    const likedMovies = moviesByIds(
      db,
      liked.map(({ movieId }) => movieId),
    );
    const top = liked.map(({ movieId, rating }, i) => ({ movieId, title: likedMovies[i]?.displayTitle ?? "", rating }));
    const usesPosters = options.similar || options.picture !== undefined;
    const encoder = usesPosters ? (await encoders.inUse()).manifest.name : null;
    const shown = usesPosters ? await withSimilarities(services, userId, movies) : movies;
    if (options.picture !== undefined) await drawPicture(services, options.picture, userId, top, shown);
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
    if (top.length === 0) printText(`User ${userId} has rated nothing yet: what others like stands in`);
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
        ? `Recommended by likeness of posters (${encoder}), from the first ${options.candidates ?? defaultCandidates} by ${orderInWords(model, options)}`
        : `Recommended by ${orderInWords(model, options)}`,
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

/** What `recommend` orders by with these options. */
function orderInWords(model: Predictor, { rankBy, popularity = 0 }: RecommendOptions): string {
  if (model.preferences === undefined || rankBy === "rating") return "predicted stars";
  const dial = popularity === 0 ? "" : popularity < 0 ? ", on the niche side" : ", on the mainstream side";
  return `preference (what they would choose to watch${dial})`;
}

async function runPredict(
  user: string,
  movieArguments: string[],
  options: { first?: number; model?: string; json?: boolean },
  command: Command,
): Promise<void> {
  await withServices(command, async (services) => {
    const userId = userIdArgument(user);
    const movieIds = movieArguments.map(movieIdArgument);
    const model = await services.models.get(options.model);
    const wanted = movieIds.length > 0 ? movieIds : services.catalogue().movies.map(({ id }) => id);
    const results = await predictPairs(
      services,
      wanted.map((movieId) => ({ userId, movieId })),
      model,
    );
    const all = results.map((result) => {
      if (result instanceof AppError) throw result;
      return { movieId: result.movieId, score: result.stars, basis: result.basis };
    });
    // Of what was named the order says something already.
    if (movieIds.length === 0) all.sort((a, b) => b.score - a.score || a.movieId - b.movieId);
    const first = movieIds.length > 0 ? all.length : (options.first ?? (options.json ? all.length : shownPredictions));
    const predictions = all.slice(0, first);
    if (options.json) return printJson({ userId, model: model.manifest.name, predictions });
    const titles = moviesByIds(
      services.db,
      predictions.map(({ movieId }) => movieId),
    );
    printTable(
      ["movie", "title", "predicted", "basis"],
      predictions.map((row, i) => [
        row.movieId,
        titles[i]?.displayTitle ?? "",
        `${clampStars(row.score).toFixed(2)} ★`,
        row.basis,
      ]),
      [0, 2],
    );
  });
}

/** A screenful. */
const shownPredictions = 20;

function randomUser({ db }: Services): UserId {
  const total = countUsers(db);
  const user = total === 0 ? undefined : userAt(db, randomInt(total));
  if (user === undefined)
    throw new AppError("DATA_EMPTY", "expected users to choose from, but none are loaded: run marquee import");
  return user.id;
}

async function withSimilarities(
  services: Services,
  userId: UserId,
  movies: RecommendedMovie[],
): Promise<RecommendedMovie[]> {
  if (movies.every(({ similarity }) => similarity !== undefined)) return movies;
  const ids = movies.map(({ movieId }) => movieId);
  const [similarities] = await posterSimilarities(services, [{ target: { userId }, ids }]);
  return movies.map((movie, i) => ({ ...movie, similarity: similarities[i] }));
}

async function drawPicture(
  services: Services,
  file: string,
  userId: UserId,
  top: { movieId: MovieId; rating: number }[],
  movies: readonly RecommendedMovie[],
): Promise<void> {
  const cardsOf = async (ids: MovieId[], captions: string[]): Promise<PictureCard[]> => {
    const rows = moviesByIds(services.db, ids);
    const posters = postersByMovieIds(services.db, ids);
    return Promise.all(
      ids.map(async (_, i) => {
        const poster = posters[i];
        const bytes =
          poster && (await readPoster(services.folders.posters, poster.sha256, poster.format).catch(() => undefined));
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
        cards: await cardsOf(
          top.map(({ movieId }) => movieId),
          top.map(({ rating }) => `${rating}★`),
        ),
      },
      {
        title: "Recommended",
        cards: await cardsOf(
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
