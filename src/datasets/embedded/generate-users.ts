/**
 * Generates the synthetic users of the demo data set. None of them is a real person: gender, age group, occupation and
 * zip code are drawn from a seeded generator, in about the proportions that MovieLens 1M's readme and users show.
 */

import { pickWeighted, type Random } from "../../random.js";
import { type AgeGroup, ageGroups, occupations } from "../movielens/demographics.js";

export type Gender = "F" | "M";

export interface EmbeddedUser {
  /** 1 to `numUsers`, without gaps. */
  readonly userId: number;
  readonly gender: Gender;
  readonly ageGroup: AgeGroup;
  /** One of `occupations`. */
  readonly occupation: string;
  /** Five digits that begin with 000, a prefix no place has: it identifies nobody and nowhere. */
  readonly zipCode: string;
}

/** Per cent of the users, in the order of `ageGroups`. */
const ageWeights = [4, 18, 33, 20, 9, 8, 8];
const menPercent = 60;

/** How common each occupation is at working age, in the order of `occupations`. */
const workingWeights = [12, 9, 5, 4, 6, 3, 5, 11, 1, 3, 0, 4, 8, 0, 6, 4, 5, 9, 2, 2, 5];

/** What differs from `workingWeights` in an age group; every other occupation keeps its weight times `others`. */
const ageDifferences: Partial<Record<AgeGroup, { others: number; weights: Record<string, number> }>> = {
  1: { others: 0, weights: { "K-12 student": 85, "other or not specified": 12, unemployed: 3 } },
  18: {
    others: 0.5,
    weights: { "college/grad student": 60, "K-12 student": 1, "doctor/health care": 0.5, lawyer: 0.2, unemployed: 4 },
  },
  45: { others: 1, weights: { "college/grad student": 1 } },
  50: { others: 1, weights: { "college/grad student": 0.5, retired: 4 } },
  56: { others: 0.5, weights: { "college/grad student": 0, retired: 45 } },
};

function occupationWeights(ageGroup: AgeGroup): number[] {
  const difference = ageDifferences[ageGroup];
  if (difference === undefined) return workingWeights;
  return occupations.map((label, index) => difference.weights[label] ?? workingWeights[index] * difference.others);
}

/**
 * `count` synthetic users with ids 1 to `count`.
 * Occupation depends on age (nearly all pupils are under 18, nearly all the retired 56 or older); everything else is independent.
 */
export function generateUsers(random: Random, count: number): EmbeddedUser[] {
  return Array.from({ length: count }, (_, index) => {
    const gender = random() * 100 < menPercent ? "M" : "F";
    const ageGroup = ageGroups[pickWeighted(random, ageWeights)];
    const occupation = occupations[pickWeighted(random, occupationWeights(ageGroup))];
    const zipCode = String(Math.floor(random() * 100)).padStart(5, "0");
    return { userId: index + 1, gender, ageGroup, occupation, zipCode };
  });
}
