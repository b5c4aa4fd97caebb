/**
 * The demo data set: real films, synthetic users, synthetic ratings; what `npm start` serves when there is no data.
 * The films are in `films.ts`. Everything else comes from one seed, so that every start shows the same numbers.
 *
 * A rating begins as a latent score on an open scale, a sum of independent parts (deviations in `deviations`):
 *   user's leniency + film's quality                                  what a bias model can learn
 *   + genres: user's 18 tastes · film's genres / √(number of genres)  partly shared by gender and by age group
 *   + era: user's taste × film's year                                 older users lean to older films
 *   + fame: user's taste × film's log popularity
 *   + hidden: user's 3 tastes · film's 3 traits                       unrelated to genre: only ratings reveal it
 *   + noise                                                           what no model can learn
 * It becomes stars by four cut points, placed so that the shares of the stars are MovieLens 1M's.
 */

import { exponential, gaussian, gaussians, gumbel, mulberry32, type Random, shuffle } from "../../random.js";
import { ageGroups } from "../movielens/demographics.js";
import { type EmbeddedFilm, embeddedFilms, embeddedGenres, widelySeenTitles } from "./films.js";
import { type EmbeddedUser, generateUsers } from "./generate-users.js";

/** One sentence for logs, the API and the documentation. */
export const embeddedDatasetNote =
  "This is Marquee's built-in demo data: the films are real, but every user and every rating is synthetic.";

export interface EmbeddedMovie extends EmbeddedFilm {
  /** 1-based position in `embeddedFilms`. */
  readonly movieId: number;
}

/** Parallel arrays, one entry per rating, oldest first; no user rates a film twice. */
export interface EmbeddedRatings {
  readonly userId: Int32Array;
  readonly movieId: Int32Array;
  /** Whole stars, 1 to 5. */
  readonly rating: Float32Array;
  /** Unix seconds, from 2021 on and before 2025; no two of one user's are equal. */
  readonly ratedAt: Int32Array;
}

export interface EmbeddedDataset {
  readonly movies: readonly EmbeddedMovie[];
  readonly users: readonly EmbeddedUser[];
  readonly ratings: EmbeddedRatings;
}

/** Arbitrary; with this one user 42, used in examples, has rated 84 films and likes well-known ones. */
const seed = 1974;
const numUsers = 600;
const numGenres = embeddedGenres.length;
const numHidden = 3;
const minRatingsPerUser = 20;
const maxRatingsPerUser = 240;
/** Shares of ratings below 2, 3, 4 and 5 stars in MovieLens 1M, whose mean is 3.58. */
const sharesBelow = [0.056, 0.164, 0.425, 0.774];

/** About the standard deviation of each part of the latent score; `groupGenre` is once for gender and once for age group. */
const deviations = {
  leniency: 0.42,
  quality: 0.42,
  groupGenre: 0.14,
  ownGenre: 0.32,
  era: 0.18,
  fame: 0.15,
  hidden: 0.46,
  noise: 0.74,
};

const firstJoin = Date.UTC(2021, 0, 1) / 1000;
const secondsPerDay = 86_400;
const joinDays = 1_000;

/** What a film is to everyone: `fame` is a log weight with mean about 0, `era` is 0 for 1985 and ±1 a generation away. */
interface Film {
  readonly genres: readonly number[];
  readonly era: number;
  readonly fame: number;
  readonly quality: number;
  readonly hidden: Float64Array;
}

interface Taste {
  readonly genres: Float64Array;
  readonly era: number;
  readonly fame: number;
  readonly leniency: number;
  readonly hidden: Float64Array;
}

function drawFilm(random: Random, film: EmbeddedFilm): Film {
  const era = (film.year - 1985) / 25;
  const fame = (widelySeenTitles.has(film.title) ? 1.1 : -0.5) + 0.3 * era + 0.7 * gaussian(random);
  return {
    genres: film.genres.map((genre) => embeddedGenres.indexOf(genre)),
    era,
    fame,
    // famous films are a little better liked
    quality: deviations.quality * (gaussian(random) + 0.25 * fame),
    hidden: gaussians(random, numHidden, 1),
  };
}

/** Each gender and each age group gets a drawn leaning, no stereotype; a user is their sum plus an own taste. */
function drawTastes(random: Random, users: readonly EmbeddedUser[]): Taste[] {
  const drawGroup = () => gaussians(random, numGenres, deviations.groupGenre);
  const ofGender = { F: drawGroup(), M: drawGroup() };
  const ofAge = new Map(ageGroups.map((ageGroup) => [ageGroup, drawGroup()]));
  return users.map(({ gender, ageGroup }) => {
    const ageLeaning = ofAge.get(ageGroup)!;
    const own = gaussians(random, numGenres, deviations.ownGenre);
    return {
      genres: own.map((taste, genre) => taste + ofGender[gender][genre] + ageLeaning[genre]),
      era: deviations.era * (gaussian(random) - (ageGroup - 30) / 30),
      fame: deviations.fame * gaussian(random),
      leniency: deviations.leniency * gaussian(random),
      hidden: gaussians(random, numHidden, deviations.hidden / Math.sqrt(numHidden)),
    };
  });
}

/** The part of the latent score that is this user's own view of this film. */
function affinity(taste: Taste, film: Film): number {
  let genres = 0;
  for (const genre of film.genres) genres += taste.genres[genre];
  let hidden = 0;
  for (let k = 0; k < numHidden; k++) hidden += taste.hidden[k] * film.hidden[k];
  return genres / Math.sqrt(film.genres.length) + taste.era * film.era + taste.fame * film.fame + hidden;
}

/** Indices of the films that one user rates, in the order of rating. Famous films, and films to the user's taste, are likelier. */
function drawSeen(random: Random, taste: Taste, films: readonly Film[]): number[] {
  const excess = Math.exp(3.62 + gaussian(random));
  const count = Math.min(maxRatingsPerUser, minRatingsPerUser + Math.floor(excess));
  const keys = Float64Array.from(films, (film) => film.fame + 0.5 * affinity(taste, film) + gumbel(random));
  const threshold = keys.slice().sort()[keys.length - count];
  const seen = [...films.keys()].filter((index) => keys[index] >= threshold);
  shuffle(random, seen);
  return seen;
}

/** Whole stars from latent scores: the lowest 5.6% of all scores get one star, and so on up `sharesBelow`. */
function toStars(scores: Float64Array): Float32Array {
  const sorted = scores.slice().sort();
  const cuts = sharesBelow.map((share) => sorted[Math.floor(share * sorted.length)]);
  return Float32Array.from(scores, (score) => 1 + cuts.filter((cut) => score >= cut).length);
}

/** Seconds at which one user rates `count` films: sittings of about 60, half a minute a film, weeks between. */
function drawTimes(random: Random, count: number): number[] {
  let now = firstJoin + Math.floor(random() * joinDays * secondsPerDay);
  return Array.from({ length: count }, () => {
    const pause = random() < 1 / 60 ? exponential(random, 20 * secondsPerDay) : exponential(random, 25);
    now += 5 + Math.floor(pause);
    return now;
  });
}

/** The indices of `times`, earliest first; ties keep their order. */
function chronological(times: readonly number[]): Uint32Array {
  // one exact number per entry (31 bits of seconds, 16 of index, of a double's 53), since numbers sort fastest
  const keys = Float64Array.from(times, (time, index) => time * 2 ** 16 + index).sort();
  return Uint32Array.from(keys, (key) => key % 2 ** 16);
}

/**
 * The whole demo data set: 300 films, 600 synthetic users, about 45,000 synthetic ratings.
 * Deterministic: it depends on neither clock nor chance. A call takes a fraction of a second.
 */
export function generateEmbeddedDataset(): EmbeddedDataset {
  const random = mulberry32(seed);
  const movies = embeddedFilms.map((film, index) => ({ movieId: index + 1, ...film }));
  const films = embeddedFilms.map((film) => drawFilm(random, film));
  const users = generateUsers(random, numUsers);
  const tastes = drawTastes(random, users);

  const userId: number[] = [];
  const movieId: number[] = [];
  const ratedAt: number[] = [];
  const scores: number[] = [];
  tastes.forEach((taste, userIndex) => {
    const seen = drawSeen(random, taste, films);
    const times = drawTimes(random, seen.length);
    seen.forEach((filmIndex, position) => {
      const film = films[filmIndex];
      userId.push(users[userIndex].userId);
      movieId.push(movies[filmIndex].movieId);
      ratedAt.push(times[position]);
      scores.push(taste.leniency + film.quality + affinity(taste, film) + deviations.noise * gaussian(random));
    });
  });

  const stars = toStars(Float64Array.from(scores));
  const order = chronological(ratedAt);
  const ratings = {
    userId: Int32Array.from(order, (index) => userId[index]),
    movieId: Int32Array.from(order, (index) => movieId[index]),
    rating: Float32Array.from(order, (index) => stars[index]),
    ratedAt: Int32Array.from(order, (index) => ratedAt[index]),
  };
  return { movies, users, ratings };
}
