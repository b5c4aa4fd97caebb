/** Reads what was computed of users ahead, and their best-rated movies, each while it is of the user's present revision. */
import type DataLoader from "dataloader";
import type { LRUCache } from "lru-cache";
import type { UserId } from "../ids.js";
import type { Predictor } from "../ml/model/predictor.js";
import { canPrepare, toModelId } from "../services/prepare-user.js";
import type { Services } from "../services/services.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { Rating } from "../store/ratings.js";
import type { User } from "../store/users.js";
import type { Once } from "./once.js";

type UserLoader = DataLoader<UserId, User | undefined>;

const loadUsers = (userById: UserLoader, ids: readonly UserId[]) => Promise.all(ids.map((id) => userById.load(id)));

export interface TopRatingsKey {
  userId: UserId;
  first: number;
}

/** Best-rated movies by user and number, each of a revision of the user. */
export type KeptTopRatings = LRUCache<string, { revision: number; ratings: readonly Rating[] }>;

export async function readPrepared(
  { store }: Services,
  models: Once<Predictor>,
  userById: UserLoader,
  ids: readonly UserId[],
): Promise<(PreparedUser | undefined)[]> {
  // Best-rated movies are read so too, with a model or without.
  const model = await models.load().catch(() => undefined);
  if (model === undefined || !canPrepare(model)) return ids.map(() => undefined);
  const users = await loadUsers(userById, ids);
  const prepared = await store.preparedUsers.byUserIds(toModelId(model), ids);
  return prepared.map((one, i) => (one?.revision === users[i]?.revision ? one : undefined));
}

export async function readPreparedEmbeddings(
  { store }: Services,
  models: Once<Predictor>,
  userById: UserLoader,
  ids: readonly UserId[],
): Promise<(Uint8Array | undefined)[]> {
  const model = await models.load();
  if (!canPrepare(model)) return ids.map(() => undefined);
  const users = await loadUsers(userById, ids);
  const prepared = await store.preparedUsers.embeddings(toModelId(model), ids);
  return prepared.map((one, i) => (one?.revision === users[i]?.revision ? one?.embedding : undefined));
}

export function toTopName({ userId, first }: TopRatingsKey): string {
  return `${userId} ${first}`;
}

/** Reads the best-rated movies of users whose revision is another than when they were read before. */
export async function keepTop(
  topRatings: KeptTopRatings,
  userById: UserLoader,
  keys: readonly TopRatingsKey[],
  read: (keys: readonly TopRatingsKey[]) => Promise<(readonly Rating[])[]>,
): Promise<(readonly Rating[])[]> {
  const users = await loadUsers(
    userById,
    keys.map(({ userId }) => userId),
  );
  const found = keys.map((key, i) => {
    const kept = topRatings.get(toTopName(key));
    return kept !== undefined && kept.revision === users[i]?.revision ? kept.ratings : undefined;
  });
  const missing = keys.filter((_, i) => found[i] === undefined);
  if (missing.length === 0) return found as (readonly Rating[])[];
  const ratings = await read(missing);
  let next = 0;
  return keys.map((key, i) => {
    const own = found[i] ?? ratings[next++];
    const user = users[i];
    if (user !== undefined) topRatings.set(toTopName(key), { revision: user.revision, ratings: own });
    return own;
  });
}
