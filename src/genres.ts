/** A movie's genres as one text, such as `Action|Sci-Fi`: the form of the database and of MovieLens' files. */

/** The genres of a text; none for an empty one. */
export function splitGenres(text: string): string[] {
  return text === "" ? [] : text.split("|");
}

export function joinGenres(genres: readonly string[]): string {
  return genres.join("|");
}
