/**
 * Parses MovieLens titles for display, and normalises them for comparison: `City of Lost Children, The (Cité des enfants
 * perdus, La) (1995)` is a name with its article moved to the end, other names in brackets, and a year.
 */
import { foldText } from "../../fold-text.js";

/** Articles that may follow a comma at the end of a title; elsewhere these words are left alone. */
const articles =
  "The A An Da|Le La Les L' Un Une|Il Lo I Gli Uno Una|El Los Las|Der Die Das Ein Eine|De Det Den En Et Ett Een Het|O Os";
const movedArticle = new RegExp(`^(.+?),\\s*(${articles.replaceAll(" ", "|")})$`);

/** A year, or the first of a range such as `2006–2007`, at the end of the title. */
const yearAtEnd = /\s*\(((?:18|19|20)\d\d)(?:\s*[-–]\s*(?:\d{4})?)?\)+$/;

/** An unfinished name: brackets after it belong to it (`Birdman: Or (The Unexpected Virtue …)`). */
const unfinished = /(?:[:–-]|\S\s+or)$/i;

const aka = /^a\.?k\.?a\.?\s+/i;

export interface TitleParts {
  /** For display: without year and other names, its article in front. */
  displayTitle: string;
  /** The names in brackets, articles in front. */
  otherTitles: string[];
  year: number | null;
}

/** Every part of a title. A title that is nothing but brackets keeps them. */
export function titleParts(title: string): TitleParts {
  let rest = title.trim();
  const found = yearAtEnd.exec(rest);
  const year = found === null ? null : Number(found[1]);
  if (found !== null && found.index > 0) rest = rest.slice(0, found.index).trim();
  const otherTitles: string[] = [];
  for (;;) {
    const open = lastBracket(rest);
    const name = open > 0 ? rest.slice(0, open).replace(/[\s,]+$/, "") : "";
    if (name === "" || unfinished.test(name)) break;
    const inner = rest.slice(open + 1).replace(/\)$/, "");
    otherTitles.unshift(
      ...inner.split(/,\s*(?=a\.k\.a\.)/i).map((other) => articleFirst(other.trim().replace(aka, ""))),
    );
    rest = name;
  }
  return { displayTitle: articleFirst(rest), otherTitles: otherTitles.filter((other) => other !== ""), year };
}

/** A title as a page shows it: `Godfather, The (1972)` is `The Godfather`, 1972. The year is null where there is none. */
export function splitTitle(title: string): { displayTitle: string; year: number | null } {
  const { displayTitle, year } = titleParts(title);
  return { displayTitle, year };
}

/** A title without the year at its end. */
export function withoutYear(title: string): string {
  return title.replace(yearAtEnd, "");
}

/** The index of the bracket that closes at the text's end, or that never closes; −1 where there is none. */
function lastBracket(text: string): number {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ")") {
      if (depth === 0 && i !== text.length - 1) return -1;
      depth++;
    } else if (text[i] === "(" && --depth <= 0) return i;
  }
  return -1;
}

function articleFirst(name: string): string {
  const moved = movedArticle.exec(name);
  if (moved === null) return name;
  const [, rest, article] = moved;
  // "Die, Mommie, Die" is not German.
  if (rest!.startsWith(article!)) return name;
  return article!.endsWith("'") ? `${article}${rest}` : `${article} ${rest}`;
}

/** Not `die`, `i` or `o`: "Die Hard" and "I, Robot" begin with words, not articles. */
const leadingArticle = /^(?:l[aeo]s?|les|il|el|der|das) (?=.)/;

/**
 * A title for comparing: lower case, no diacritics or punctuation, `&` and `+` as "and", articles dropped.
 * Give it a name as people say it (`The Godfather`) or as MovieLens writes it (`Godfather, The`), without a year.
 */
export function normaliseTitle(title: string): string {
  const folded = foldText(articleFirst(title.trim()));
  const words = /[\p{L}\p{N}]/u.test(folded) ? folded : "";
  const kept = words.replace(/\b(?:the|an?)\b ?/g, "").trim();
  return (kept || words).replace(leadingArticle, "");
}

const numerals: Record<string, string> = { ii: "2", iii: "3", iv: "4", vi: "6", vii: "7", viii: "8", ix: "9" };

/** All names of a title, normalised, Roman numerals as digits; each half of `Alice, Sweet Alice/Holy Terror` too. */
export function comparableTitles(title: string): string[] {
  const { displayTitle, otherTitles } = titleParts(title);
  const names = [displayTitle, ...otherTitles].flatMap((name) =>
    name.includes("/") ? [name, ...name.split("/")] : name,
  );
  const normalised = names.map((name) =>
    normaliseTitle(name).replace(/\b[ivx]{2,4}\b/g, (word) => numerals[word] ?? word),
  );
  return [...new Set(normalised)].filter((name) => name !== "");
}

/**
 * Whether two titles name the same film, years aside: any two of their names are equal (spaces aside), or one begins
 * the other by at least two whole words and what follows is not a sequel's number.
 */
export function titlesAgree(a: string, b: string): boolean {
  const others = comparableTitles(b);
  return comparableTitles(a).some((one) => others.some((other) => sameName(one, other)));
}

function sameName(one: string, other: string): boolean {
  if (one.replaceAll(" ", "") === other.replaceAll(" ", "")) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.includes(" ") && long.startsWith(`${short} `) && !/^ (?:part|\d)/.test(long.slice(short.length));
}

/** Years at most one apart: festivals and releases differ by that. An unknown year agrees with all. */
export function yearsAgree(a: number | null, b: number | null): boolean {
  return a === null || b === null || Math.abs(a - b) <= 1;
}

/** Whether title and year both agree. The title may still have its year and its other names in brackets. */
export function sameFilm(
  a: { title: string; year: number | null },
  b: { title: string; year: number | null },
): boolean {
  return yearsAgree(a.year, b.year) && titlesAgree(a.title, b.title);
}
