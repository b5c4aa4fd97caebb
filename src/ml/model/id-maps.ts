/**
 * Maps ids to rows of a model's tables.
 * A model has its maps in its manifest; ids that are not in them get the table's fallback row.
 */
import type { ItemIndex, MovieId, UserId, UserIndex } from "../../ids.js";

/** As kept in a manifest: position in each list = row of the table; null = an unused row. */
export interface IdLists {
  userIds: (UserId | null)[];
  genders: string[];
  ageGroups: number[];
  occupations: string[];
  movieIds: (MovieId | null)[];
  /** Whole genre strings, such as `Animation|Children's|Comedy`. */
  genres: string[];
}

export interface IdMaps {
  userIndex(id: UserId): UserIndex | undefined;
  itemIndex(id: MovieId): ItemIndex | undefined;
  genderRow(gender: string | null): number | undefined;
  ageRow(ageGroup: number | null): number | undefined;
  occupationRow(occupation: string | null): number | undefined;
  genreRow(genres: string): number | undefined;
}

/** @throws {RangeError} if an id or a label stands twice in its list */
export function createIdMaps(lists: IdLists): IdMaps {
  const users = rowsById(lists.userIds, "user id");
  const items = rowsById(lists.movieIds, "movie id");
  const genders = rowsById(lists.genders, "gender");
  const ages = rowsById(lists.ageGroups, "age group");
  const occupations = rowsById(lists.occupations, "occupation");
  const genres = rowsById(lists.genres, "genre string");
  return {
    userIndex: (id) => users.get(id) as UserIndex | undefined,
    itemIndex: (id) => items.get(id) as ItemIndex | undefined,
    genderRow: (gender) => (gender === null ? undefined : genders.get(gender)),
    ageRow: (ageGroup) => (ageGroup === null ? undefined : ages.get(ageGroup)),
    occupationRow: (occupation) => (occupation === null ? undefined : occupations.get(occupation)),
    genreRow: (text) => genres.get(text),
  };
}

function rowsById<Id>(list: readonly (Id | null)[], what: string): Map<Id, number> {
  const rows = new Map<Id, number>();
  list.forEach((id, row) => {
    if (id === null) return;
    if (rows.has(id)) {
      throw new RangeError(
        `expected every ${what} once in the id maps, received ${id} at rows ${rows.get(id)} and ${row}`,
      );
    }
    rows.set(id, row);
  });
  return rows;
}
