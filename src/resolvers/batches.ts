/** What many fields ask for, as the few calls that answer it. */
import type { User } from "../db/users.js";
import type { AppError } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { posterSimilarities, type SimilarityTarget } from "./poster-similarity.js";
import { personsOf, recommendMany } from "./recommend.js";
import type { Person, RecommendedMovie, RecommendOptions } from "./recommendation.js";
import type { Services } from "./services.js";

export interface SimilarityKey {
  movieId: MovieId;
  target: SimilarityTarget;
}

export interface RecommendationsKey {
  user: User;
  options: RecommendOptions;
}

/** One call for all keys that are asked the same way, such as one statement for each filter. */
export function groupwise<Key, Way, Value>(
  keys: readonly Key[],
  wayOf: (key: Key) => Way,
  read: (way: Way, keys: readonly Key[]) => Value[],
): Value[] {
  const groups = new Map<string, { way: Way; places: number[] }>();
  keys.forEach((key, place) => {
    const way = wayOf(key);
    const name = JSON.stringify(way);
    const group = groups.get(name) ?? { way, places: [] };
    group.places.push(place);
    groups.set(name, group);
  });
  const result = new Array<Value>(keys.length);
  for (const { way, places } of groups.values()) {
    const values = read(
      way,
      places.map((place) => keys[place]),
    );
    places.forEach((place, i) => {
      result[place] = values[i];
    });
  }
  return result;
}

export const userIdsOf = (keys: readonly { userId: UserId }[]) => keys.map(({ userId }) => userId);

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
  const groups = new Map<string, { target: SimilarityTarget; places: number[] }>();
  keys.forEach(({ target }, place) => {
    const name = targetName(target);
    const group = groups.get(name) ?? { target, places: [] };
    group.places.push(place);
    groups.set(name, group);
  });
  const similarities = await posterSimilarities(
    services,
    Array.from(groups.values(), ({ target, places }) => ({ target, ids: places.map((place) => keys[place].movieId) })),
  );
  const result: (number | null)[] = keys.map(() => null);
  [...groups.values()].forEach(({ places }, group) => {
    places.forEach((place, i) => {
      result[place] = similarities[group][i];
    });
  });
  return result;
}

export function targetName(target: SimilarityTarget): string {
  return "userId" in target ? `user ${target.userId}` : `movies ${target.movieIds.join(" ")}`;
}
