/** Recommends to users of the database: lists that are kept and current as they are, all others made together. */
import { AppError } from "../errors.js";
import type { UserId } from "../ids.js";
import type { ListKey, RecommendationCache } from "./cache.js";
import { getSubject, recommendMany } from "./pipeline.js";
import type { Reader } from "./reader.js";
import type { RecommendedMovie, Subject } from "./recommend-request.js";

/** One list for each key, in their order; an error for each that cannot be made. @throws {AppError} as `Models.get` */
export async function recommendToUsers(
  reader: Reader,
  cache: RecommendationCache,
  keys: readonly ListKey[],
): Promise<(RecommendedMovie[] | AppError)[]> {
  const result: (RecommendedMovie[] | AppError)[] = [];
  const missing: { i: number; key: ListKey; basis: Awaited<ReturnType<RecommendationCache["readBasis"]>> }[] = [];
  for (const [i, key] of keys.entries()) {
    const basis = await cache.readBasis(reader, key);
    const kept = await cache.find(reader, key, basis);
    if (kept === undefined) missing.push({ i, key, basis });
    else result[i] = kept;
  }
  if (missing.length === 0) return result;
  const users = new Map(missing.map(({ key: { user } }) => [user.id, user]));
  const subjects = new Map<UserId, Subject>(
    await Promise.all([...users].map(async ([id, user]) => [id, await getSubject(reader, user)] as const)),
  );
  const lists = await recommendMany(
    reader,
    missing.map(({ key: { user, options } }) => ({ subject: subjects.get(user.id) as Subject, options })),
  );
  for (const [m, { i, key, basis }] of missing.entries()) {
    const list = lists[m];
    result[i] = list instanceof AppError ? list : list.movies;
    if (!(list instanceof AppError)) await cache.keep(reader, key, basis, list);
  }
  return result;
}
