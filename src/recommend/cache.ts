/**
 * What recommending keeps between requests: lists, and users' best-rated movies. A list is kept with all that it was made from, and is
 * served again only while each of these is what serves: the model, the catalogue, the user's ratings and demographics, and, where
 * they have a part in it, the posters, the numbers of ratings, and what is known of movies that the model was not trained on. So whatever
 * changes, in this process or another, drops the lists that it touches and no others.
 */
import { LRUCache } from "lru-cache";
import type { MovieId } from "../ids.js";
import type { Predictor, RatingReason } from "../ml/model/predictor.js";
import type { Catalogue } from "../services/catalogue.js";
import type { EncoderInUse } from "../services/encoders-in-use.js";
import type { User } from "../store/users.js";
import { unixNow } from "../unix-time.js";
import type { RecommendedList } from "./pipeline.js";
import type { PostersOfList } from "./poster-rerank.js";
import type { KeptTopRatings } from "./read-prepared.js";
import type { Reader } from "./reader.js";
import type { RecommendedMovie, RecommendOptions } from "./recommend-request.js";

/** The ratings that raise a prediction most, by user and movie, each of a model and a revision of the user. */
export type KeptReasons = LRUCache<string, { model: Predictor; revision: number; reasons: RatingReason[] }>;

/** A list for a user of the database. */
export interface ListKey {
  user: User;
  options: RecommendOptions;
}

/** Read before a list is made: a change in between makes the list stale, not the other way round. */
export interface ListBasis {
  model: Predictor;
  catalogue: Catalogue;
  /** The user's. */
  revision: number;
  /** Of models that know times: they predict for a day. */
  day: number | undefined;
  ratedEnough: ReadonlySet<MovieId> | undefined;
  postersVersion: string | undefined;
}

interface KeptList extends Omit<ListBasis, "postersVersion"> {
  movies: RecommendedMovie[];
  untrained: RecommendedList["untrained"];
  posters: KeptPosters | undefined;
}

interface KeptPosters extends PostersOfList {
  encoder: EncoderInUse;
  /** The last version of all posters at which those of the list were the same. */
  version: string;
  /** All posters, whose mean centres those of a diversified list. */
  index: object | undefined;
  /** The clusters that stand for the posters that a new user lacks. */
  clusters: object | undefined;
  /** Unix seconds: a provider may have a missing poster by then. */
  expiresAt: number;
}

export interface RecommendationCache {
  /** Lists that were found current, and lists that had to be made. */
  readonly hits: number;
  readonly misses: number;
  /** Number of lists that are kept. */
  readonly size: number;
  readBasis(reader: Reader, key: ListKey): Promise<ListBasis>;
  find(reader: Reader, key: ListKey, basis: ListBasis): Promise<RecommendedMovie[] | undefined>;
  /** Unix seconds, until when a list that is kept stays current unless something changes. */
  getExpiry(key: ListKey): number;
  keep(reader: Reader, key: ListKey, basis: ListBasis, list: RecommendedList): Promise<void>;
  /** Undefined where nothing is kept. */
  topRatings: KeptTopRatings | undefined;
  reasons: KeptReasons | undefined;
}

/** Bounds of memory: recommended movies in all lists, users, and pairs of user and movie. */
const max = { movies: 200_000, topRatings: 20_000, reasons: 20_000 };
const secondsPerDay = 86_400;
const recheckMissingSeconds = 60;

/** @param isOn whether anything is kept */
export function createRecommendationCache(isOn = true): RecommendationCache {
  const lists = new LRUCache<string, KeptList>({
    maxSize: max.movies,
    sizeCalculation: ({ movies, posters }) => 1 + movies.length + Math.ceil((posters?.movieIds.length ?? 0) / 10),
  });
  const count = { hits: 0, misses: 0 };
  return {
    get hits() {
      return count.hits;
    },
    get misses() {
      return count.misses;
    },
    get size() {
      return lists.size;
    },
    topRatings: isOn ? new LRUCache({ max: max.topRatings }) : undefined,
    reasons: isOn ? new LRUCache({ max: max.reasons }) : undefined,
    readBasis,
    async find(reader, key, basis) {
      const kept = lists.get(toName(key));
      const isKept = kept !== undefined && (await isCurrent(kept, basis, reader));
      if (isKept) count.hits++;
      return isKept ? kept.movies : undefined;
    },
    getExpiry(key) {
      const kept = lists.peek(toName(key));
      const endOfDay = kept?.day === undefined ? Number.POSITIVE_INFINITY : (kept.day + 1) * secondsPerDay;
      return Math.min(endOfDay, kept?.posters?.expiresAt ?? Number.POSITIVE_INFINITY);
    },
    async keep(reader, key, { postersVersion, ...basis }, { movies, untrained, posters }) {
      count.misses++;
      if (!isOn) return;
      lists.set(toName(key), {
        ...basis,
        movies,
        untrained,
        posters: posters && (await toKeptPosters(reader, key, postersVersion ?? "", posters)),
      });
    },
  };
}

function toName({ user, options }: ListKey): string {
  return `${user.id} ${JSON.stringify(options)}`;
}

async function readBasis(reader: Reader, { user, options }: ListKey): Promise<ListBasis> {
  const catalogue = await reader.catalogue.load();
  const model = await reader.model.load();
  const minRatings = options.filter?.minRatings;
  return {
    model,
    catalogue,
    revision: user.revision,
    day: model.knowsTimes ? Math.floor(unixNow() / secondsPerDay) : undefined,
    ratedEnough:
      minRatings && (await reader.ratedAtLeast.load({ audience: minRatings.audience, min: minRatings.count })),
    postersVersion: options.similar ? await reader.postersVersion.load() : undefined,
  };
}

async function isCurrent(kept: KeptList, basis: ListBasis, reader: Reader): Promise<boolean> {
  return (
    kept.model === basis.model &&
    kept.catalogue === basis.catalogue &&
    kept.revision === basis.revision &&
    kept.day === basis.day &&
    kept.ratedEnough === basis.ratedEnough &&
    (kept.untrained === undefined || kept.untrained === (await reader.untrained.load())) &&
    (kept.posters === undefined || (await arePostersCurrent(kept.posters, basis.postersVersion ?? "", reader)))
  );
}

async function arePostersCurrent(kept: KeptPosters, version: string, reader: Reader): Promise<boolean> {
  if (kept.expiresAt < unixNow()) return false;
  if ((await reader.encoder.load()) !== kept.encoder) return false;
  if (kept.index !== undefined && (await reader.posterIndex.load()).index !== kept.index) return false;
  if (kept.clusters !== undefined && (await reader.posterClusters.load()) !== kept.clusters) return false;
  if (kept.version === version) return true;
  const posters = await reader.posters.load(kept.movieIds);
  if (posters.some((poster, i) => poster?.sha256 !== kept.contents[i])) return false;
  kept.version = version;
  return true;
}

async function toKeptPosters(
  reader: Reader,
  { options: { diversity = 0 } }: ListKey,
  version: string,
  { target, movieIds, contents }: NonNullable<RecommendedList["posters"]>,
): Promise<KeptPosters> {
  const isAnyAwaited = reader.services.posterFetcher.providers.length > 0 && contents.includes(undefined);
  return {
    encoder: await reader.encoder.load(),
    version,
    movieIds,
    contents,
    index: diversity > 0 ? (await reader.posterIndex.load()).index : undefined,
    clusters: target.fallback === null ? undefined : await reader.posterClusters.load(),
    expiresAt: isAnyAwaited ? unixNow() + recheckMissingSeconds : Number.POSITIVE_INFINITY,
  };
}
