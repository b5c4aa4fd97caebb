/** Lists of ratings in SQLite, filtered, ordered and in pages. */
import type { UserId } from "../../ids.js";
import type { Keyed } from "../paging.js";
import type { Rating, RatingFilter, RatingOrderField, RatingStore } from "../ratings.js";
import type { Database } from "./database.js";
import {
  createParameters,
  createStatements,
  groupByUser,
  type Parameters,
  toKeyset,
  toRangeConditions,
  toWhere,
} from "./statements.js";
import { toReadable } from "./users.js";

const columns = "r.id, r.user_id AS userId, r.movie_id AS movieId, r.rating, r.rated_at AS ratedAt, r.edited";

type RatingRow = Omit<Rating, "edited"> & { edited: 0 | 1 };

const orderValues: Record<RatingOrderField, string> = {
  IMPORT: "r.id",
  RATING: "r.rating",
  RATED_AT: "coalesce(r.rated_at, 0)",
};

export function createRatingLists(
  db: Database,
): Pick<RatingStore, "topOfUsers" | "ofPairs" | "list" | "listOfUsers" | "count" | "countOfUsers"> {
  const statements = createStatements(db);
  // Undated ratings come last: null is SQLite's smallest value.
  const top = db.sqlite.prepare(
    `SELECT ${columns} FROM (SELECT *, row_number()
         OVER (PARTITION BY user_id ORDER BY rating DESC, rated_at DESC, id) AS position
       FROM ratings WHERE user_id IN (SELECT value FROM json_each(?))) r
     WHERE position <= ? ORDER BY position`,
  );
  const ofPairs = db.sqlite.prepare(
    `SELECT ${columns} FROM json_each(?) AS asked JOIN ratings r
       ON r.user_id = asked.value ->> 0 AND r.movie_id = asked.value ->> 1`,
  );
  return {
    ofPairs: async (pairs) => {
      const rows = ofPairs.all(JSON.stringify(pairs.map(({ userId, movieId }) => [userId, movieId]))) as RatingRow[];
      const toName = ({ userId, movieId }: Pick<Rating, "userId" | "movieId">) => `${userId} ${movieId}`;
      const ratings = new Map(rows.map((row) => [toName(row), toRating(row)]));
      return pairs.map((pair) => ratings.get(toName(pair)));
    },
    topOfUsers: async (ids, first) => {
      const rows = top.all(JSON.stringify([...new Set(ids)]), first) as RatingRow[];
      return groupByUser(ids, rows.map(toRating), ({ userId }) => userId);
    },
    list: async (filter, { field, descending }, page) => {
      const parameters = createParameters();
      const value = orderValues[field];
      const { conditions, orderBy } = toKeyset(value, "r.id", descending, page, parameters);
      const where = toWhere([...toConditions(filter, parameters), ...conditions]);
      const select = statements(
        `SELECT ${columns}, ${value} AS value FROM ratings r ${where} ${orderBy} LIMIT ${parameters.bind(page.limit)}`,
      );
      return (select.all(parameters.values) as KeyedRow[]).map(toKeyed);
    },
    listOfUsers: async (ids, filter, { field, descending }, page) => {
      const parameters = createParameters();
      const value = orderValues[field];
      const { conditions, orderBy } = toKeyset(value, "r.id", descending, page, parameters);
      const where = toWhere(["r.user_id = asked.value", ...toConditions(filter, parameters), ...conditions]);
      const own = `SELECT r.id FROM ratings r ${where} ${orderBy} LIMIT ${parameters.bind(page.limit)}`;
      const asked = parameters.bind(JSON.stringify([...new Set(ids)]));
      const select = statements(
        `SELECT ${columns}, ${value} AS value FROM json_each(${asked}) AS asked JOIN ratings r ON r.id IN (${own}) ${orderBy}`,
      );
      const rows = (select.all(parameters.values) as KeyedRow[]).map(toKeyed);
      return groupByUser(ids, rows, ({ node }) => node.userId);
    },
    count: async (filter = {}) => {
      const parameters = createParameters();
      const where = toWhere(toConditions(filter, parameters));
      return (statements(`SELECT count(*) AS n FROM ratings r ${where}`).get(parameters.values) as { n: number }).n;
    },
    countOfUsers: async (ids, filter) => {
      const parameters = createParameters();
      const asked = `r.user_id IN (SELECT value FROM json_each(${parameters.bind(JSON.stringify([...new Set(ids)]))}))`;
      const where = toWhere([asked, ...toConditions(filter, parameters)]);
      const select = statements(`SELECT r.user_id AS userId, count(*) AS n FROM ratings r ${where} GROUP BY r.user_id`);
      const rows = select.all(parameters.values) as { userId: UserId; n: number }[];
      const counts = new Map(rows.map(({ userId, n }) => [userId, n]));
      return ids.map((id) => counts.get(id) ?? 0);
    },
  };
}

type KeyedRow = RatingRow & { value: number };

function toRating({ id, userId, movieId, rating, ratedAt, edited }: RatingRow): Rating {
  return { id, userId, movieId, rating, ratedAt, edited: edited === 1 };
}

function toKeyed(row: KeyedRow): Keyed<Rating> {
  return { node: toRating(row), value: row.value };
}

function toConditions(filter: RatingFilter, parameters: Parameters): (string | undefined)[] {
  const { userId, movieId, readable } = filter;
  const { bind } = parameters;
  return [
    userId === undefined ? undefined : `r.user_id = ${bind(userId)}`,
    movieId === undefined ? undefined : `r.movie_id = ${bind(movieId)}`,
    ...toRangeConditions("r.rating", filter.rating, parameters),
    ...toRangeConditions("r.rated_at", filter.ratedAt, parameters),
    readable === undefined || (readable.imported && readable.created)
      ? undefined
      : `r.user_id IN (SELECT id FROM users WHERE ${toReadable(readable, parameters)})`,
  ];
}
