/** Imports of a person's ratings from other services: what was recognised, what was kept, and undoing it. */

import type { UserId } from "../../resolvers/request/row-types.js";
import {
  type conflictPolicies,
  getRatingImports,
  type ImportedRatings,
  importRatings,
  type MatchedRow,
  type RatingImport as RatingImportOf,
  ratingBefore,
  type ratingScales,
  ratingServices,
  type UndoneImport,
  type UnmatchedRow,
  undoRatingImport,
} from "../../resolvers/users/upload-ratings.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { MovieRef, RatingRef, UserRef } from "../builder/refs.js";
import { toIsoString } from "../builder/time.js";

const RatingService = builder.enumType("RatingService", {
  description: "Where an export of ratings comes from.",
  values: Object.fromEntries(
    ratingServices.map((service) => [
      service.toUpperCase(),
      {
        value: service,
        description: {
          letterboxd: "Letterboxd: its zip, or ratings.csv in it.",
          imdb: "IMDb: ratings.csv.",
          trakt: "Trakt: JSON, or CSV.",
          movielens: "MovieLens: a CSV file with its numbers.",
          csv: "Any other CSV file with a title and year, or an IMDb or TMDB id, and a rating.",
        }[service],
      },
    ]),
  ) as Record<string, { value: (typeof ratingServices)[number]; description: string }>,
});

const RatingScale = builder.enumType("RatingScale", {
  description: "Scale that people rate on.",
  values: {
    FIVE: { description: "Up to five stars, whole or half." },
    TEN: { description: "Up to ten points." },
    HUNDRED: { description: "Up to a hundred points." },
    LIKES: { description: "Likes: a like counts as 4.5 stars, a dislike as 2." },
  } satisfies Record<(typeof ratingScales)[number], object>,
});

const RatingConflict = builder.enumType("RatingConflict", {
  description: "The rating that counts where the user rated the movie already.",
  values: {
    NEWEST: { description: "The later one; an imported rating without a date counts as given now." },
    KEEP: { description: "The one that is there." },
  } satisfies Record<(typeof conflictPolicies)[number], object>,
});

const RatingImport = builder.objectRef<RatingImportOf>("RatingImport").implement({
  description: "An import of a user's ratings.",
  fields: (t) => ({
    importId: t.exposeInt("id", { description: "Number, for `undoRatingImport`." }),
    service: t.field({
      type: RatingService,
      description: "Where the ratings came from.",
      resolve: ({ service }) => service as (typeof ratingServices)[number],
    }),
    importedAt: t.string({
      description: "Time of the import, ISO 8601 in UTC.",
      resolve: ({ importedAt }) => toIsoString(importedAt),
    }),
    undoneAt: t.string({
      nullable: true,
      description: "Time when it was undone, ISO 8601 in UTC; null while it was not.",
      resolve: ({ undoneAt }) => (undoneAt === null ? null : toIsoString(undoneAt)),
    }),
    added: t.exposeInt("added", { description: "Number of ratings of movies that the user had not rated." }),
    changed: t.exposeInt("changed", { description: "Number of ratings in place of others." }),
    kept: t.exposeInt("kept", { description: "Number of ratings that stayed as they were." }),
  }),
});

type Matched = MatchedRow & { userId: UserId | null };

const MatchedRating = builder.objectRef<Matched>("MatchedRating").implement({
  description: "A rating of an export, and the movie that it is of.",
  fields: (t) => ({
    line: t.exposeInt("line", { description: "Line in the file, or position in the list, from 1." }),
    title: t.exposeString("title", { description: "Title in the file; empty where it has none." }),
    year: t.exposeInt("year", { nullable: true, description: "Year in the file." }),
    movie: t.field({
      type: MovieRef,
      nullable: true,
      description: "The movie.",
      resolve: ({ movie: { id } }, _args, { loaders }) => loaders.movieById.load(id),
    }),
    rating: t.exposeFloat("stars", { description: "The rating in stars, 0.5 to 5." }),
    confidence: t.exposeFloat("confidence", {
      description: "How surely it is this movie, 0 to 1: 1 for the same id, or the same title and year.",
    }),
    evidence: t.exposeString("evidence", { description: "What matches and what does not." }),
    before: t.field({
      type: RatingRef,
      nullable: true,
      description: "The rating that the user had given the movie already, after an import the one that counts.",
      resolve: (row, _args, context) => ratingBefore(context, row),
    }),
  }),
});

const UnmatchedRating = builder.objectRef<UnmatchedRow>("UnmatchedRating").implement({
  description: "A rating of an export that is left out.",
  fields: (t) => ({
    line: t.exposeInt("line", { description: "Line in the file, or position in the list, from 1." }),
    title: t.exposeString("title", { description: "Title in the file; empty where it has none." }),
    year: t.exposeInt("year", { nullable: true, description: "Year in the file." }),
    reason: t.exposeString("reason", { description: "Why it is left out." }),
  }),
});

const maxListed = 1000;
const firstDescription = `Number of ratings, at most ${maxListed}.`;
const listCost = ({ first }: { first?: number | null }) => ({ field: 1, multiplier: Math.max(1, (first ?? 100) / 10) });

const ImportRatingsPayload = builder.objectRef<ImportedRatings>("ImportRatingsPayload").implement({
  description: "What was recognised in the file, and, unless it was a dry run, the import.",
  fields: (t) => ({
    service: t.field({
      type: RatingService,
      description: "Where the file comes from.",
      resolve: ({ service }) => service,
    }),
    scale: t.field({
      type: RatingScale,
      description: "The scale that the ratings were read on.",
      resolve: ({ plan }) => plan.scale,
    }),
    possibleScales: t.field({
      type: [RatingScale],
      description:
        "Every scale that they may be on, the most plausible first; where there are several, `scale` has to say which.",
      resolve: ({ plan }) => [...plan.possible],
    }),
    rowCount: t.int({ description: "Number of ratings in the file.", resolve: ({ plan }) => plan.rowCount }),
    matchedCount: t.int({
      description: "Number of movies that they are of.",
      resolve: ({ plan }) => plan.matched.length,
    }),
    unmatchedCount: t.int({
      description: "Number of ratings that are left out.",
      resolve: ({ plan }) => plan.unmatched.length,
    }),
    matched: t.field({
      type: [MatchedRating],
      description: "Ratings with their movies, in the order of the file.",
      args: { first: t.arg.int({ defaultValue: 100, description: firstDescription }) },
      complexity: listCost,
      resolve: ({ plan, userId }, { first }) =>
        plan.matched.slice(0, clampFirst(first)).map((row) => ({ ...row, userId })),
    }),
    unmatched: t.field({
      type: [UnmatchedRating],
      description: "Ratings that are left out, in the order of the file.",
      args: { first: t.arg.int({ defaultValue: 100, description: firstDescription }) },
      complexity: listCost,
      resolve: ({ plan }, { first }) => plan.unmatched.slice(0, clampFirst(first)),
    }),
    import: t.field({
      type: RatingImport,
      nullable: true,
      description: "The import; null for a dry run.",
      resolve: ({ made }) => made,
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: "The user, whose recommendations are already those after the import; null for a dry run for nobody.",
      resolve: ({ userId }, _args, { loaders }) => (userId === null ? null : loaders.userById.load(userId)),
    }),
  }),
});

function clampFirst(first: number | null | undefined): number {
  return Math.min(maxListed, Math.max(0, first ?? 100));
}

const userIdDescription = "Number or global id of the user; default the viewer. Other users require scope admin.";

const ImportRatingsInput = builder.inputType("ImportRatingsInput", {
  description: "An export of ratings.",
  fields: (t) => ({
    file: t.field({
      type: "File",
      required: true,
      description:
        "Letterboxd's zip or ratings.csv, IMDb's ratings.csv, Trakt's JSON, a MovieLens CSV, or any CSV with a title and year, or an IMDb or " +
        "TMDB id, and a rating; at most 2 MiB.",
    }),
    userId: t.id({ description: userIdDescription }),
    dryRun: t.boolean({
      defaultValue: false,
      description: "Whether nothing is kept; without a user nobody needs a token.",
    }),
    scale: t.field({ type: RatingScale, description: "The scale of the ratings; default the one that they show." }),
    onConflict: t.field({
      type: RatingConflict,
      defaultValue: "NEWEST",
      description: "The rating that counts where the user rated a movie already.",
    }),
  }),
});

addMutation("importRatings", {
  scope: "reader",
  description:
    "Imports a user's ratings from an export of another service, sent as a GraphQL multipart request; all or none are set. With `dryRun`, " +
    "tells what would be set. `undoRatingImport` takes it back.",
  input: ImportRatingsInput,
  inputDescription: "The file, and how to take it.",
  payload: ImportRatingsPayload,
  resultDescription: "What was recognised and set, or the reason for the failure.",
  errors: ["INVALID_ID", "USER_NOT_FOUND", "RATINGS_UNREADABLE", "SCALE_AMBIGUOUS"],
  complexity: () => ({ field: 2000, multiplier: 1 }),
  resolve: (context, input) => importRatings(context, input),
});

const UndoRatingImportInput = builder.inputType("UndoRatingImportInput", {
  description: "An import to undo.",
  fields: (t) => ({
    importId: t.int({ required: true, description: "Number of the import." }),
    userId: t.id({ description: userIdDescription }),
  }),
});

const UndoRatingImportPayload = builder.objectRef<UndoneImport>("UndoRatingImportPayload").implement({
  description: "The import that was undone, and what became of its ratings.",
  fields: (t) => ({
    import: t.field({ type: RatingImport, description: "The import.", resolve: (undone) => undone.import }),
    restored: t.exposeInt("restored", { description: "Number of ratings that are again what they were before." }),
    removed: t.exposeInt("removed", { description: "Number of ratings that are gone again." }),
    left: t.exposeInt("left", {
      description: "Number of ratings that were changed or removed since, which stay so.",
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: "The user.",
      resolve: (undone, _args, { loaders }) => loaders.userById.load(undone.import.userId),
    }),
  }),
});

addMutation("undoRatingImport", {
  scope: "user",
  description:
    "Takes back what an import of ratings changed and nobody has changed since. A second time it does nothing.",
  input: UndoRatingImportInput,
  inputDescription: "The import.",
  payload: UndoRatingImportPayload,
  resultDescription: "What became of its ratings, or the reason for the failure.",
  errors: ["INVALID_ID", "IMPORT_NOT_FOUND"],
  resolve: (context, input) => undoRatingImport(context, input),
});

builder.objectField(UserRef, "ratingImports", (t) =>
  t.field({
    type: [RatingImport],
    authScopes: (user) => ({ userReader: user }),
    description: "Imports of ratings, latest first.",
    resolve: (user, _args, context) => getRatingImports(context, user),
  }),
);
