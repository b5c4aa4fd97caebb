/** Batch functions behind the loaders. */
import type { User } from "../../db/users.js";
import type { AppError } from "../../errors.js";
import { createYield } from "../../event-loop.js";
import type { MovieId, UserId } from "../../ids.js";
import { personsOf, recommendMany } from "../../recommend/pipeline.js";
import { posterSimilarities, type SimilarityTarget } from "../../recommend/poster-similarity.js";
import type { Person, RecommendedMovie, RecommendOptions } from "../../recommend/recommend-request.js";
import type { Services } from "../../services/services.js";

export interface SimilarityKey {
  movieId: MovieId;
  target: SimilarityTarget;
}

export interface RecommendationsKey {
  user: User;
  options: RecommendOptions;
}

/** Read at once: a few milliseconds' worth. */
const usersPerStep = 20;

/**
 * One value for each key, read together for all users that are asked about in the same way, such as with one filter; a
 * few users at a time, so that others are answered in between. Few users are read without a pause: what waits for all
 * that a query looks up, such as the model, would else begin too early.
 */
export async function ofUsers<Key extends { userId: UserId }, Way, Value>(
  keys: readonly Key[],
  wayOf: (key: Key) => Way,
  read: (way: Way, userIds: UserId[]) => Value[],
): Promise<Value[]> {
  const pause = createYield();
  const result = new Array<Value>(keys.length);
  let hasBegun = false;
  for (const places of placesOf(keys, (key) => JSON.stringify(wayOf(key))).values()) {
    const way = wayOf(keys[places[0]]);
    for (let from = 0; from < places.length; from += usersPerStep) {
      if (hasBegun) await pause();
      hasBegun = true;
      const some = places.slice(from, from + usersPerStep);
      const values = read(
        way,
        some.map((place) => keys[place].userId),
      );
      some.forEach((place, i) => {
        result[place] = values[i];
      });
    }
  }
  return result;
}

/** The places of the keys that have the same name. */
function placesOf<Key>(keys: readonly Key[], nameOf: (key: Key) => string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  keys.forEach((key, place) => {
    const name = nameOf(key);
    const own = places.get(name);
    if (own === undefined) places.set(name, [place]);
    else own.push(place);
  });
  return places;
}

/** Each user's ratings are read, and movies predicted for them, once. */
export async function recommendationsOfUsers(
  services: Services,
  keys: readonly RecommendationsKey[],
): Promise<(RecommendedMovie[] | AppError)[]> {
  const users = [...new Map(keys.map(({ user }) => [user.id, user])).values()];
  const persons = new Map((await personsOf(services, users)).map((person) => [person.features.id, person]));
  return recommendMany(
    services,
    keys.map(({ user, options }) => ({ person: persons.get(user.id) as Person, options })),
  );
}

/** Groups the pairs by what they are compared with, so that each target's mean is made once. */
export async function similaritiesByTarget(
  services: Services,
  keys: readonly SimilarityKey[],
): Promise<(number | null)[]> {
  const groups = [...placesOf(keys, ({ target }) => targetName(target)).values()];
  const similarities = await posterSimilarities(
    services,
    groups.map((places) => ({
      target: keys[places[0]].target,
      ids: places.map((place) => keys[place].movieId),
    })),
  );
  const result: (number | null)[] = keys.map(() => null);
  groups.forEach((places, group) => {
    places.forEach((place, i) => {
      result[place] = similarities[group][i];
    });
  });
  return result;
}

export function targetName(target: SimilarityTarget): string {
  if ("userId" in target) return `user ${target.userId}`;
  const { movieIds, of } = target;
  return `movies ${movieIds.join(" ")}${of === undefined ? "" : ` of ${of.gender} ${of.ageGroup}`}`;
}
