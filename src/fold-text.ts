/**
 * Folds text for searching, sorting and comparing, in all languages. Stored text and queries go through the same
 * functions.
 */

/** Letters that Unicode does not decompose into a base letter and a mark, and their usual ASCII spelling. */
const letters: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ħ: "h",
  ŋ: "n",
};

/** Accents of alphabets, vowel points of Hebrew and Arabic; not the vowel signs of Thai or the voicing of kana, which are letters. */
const marks =
  /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g;

const notWord = /[^\p{L}\p{M}\p{N}]+/gu;

/** Lower case, without compatibility forms, marks and apostrophes; everything else is unchanged. */
function foldLetters(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(marks, "")
    .normalize("NFC")
    .replace(/[ßæœøłđðþıħŋ]/g, (letter) => letters[letter])
    .replace(/['’‘`´ʼ′]/g, "")
    .replace(/[&+]/g, " and ");
}

/**
 * Folded words separated by single spaces. `Brødre` and `brodre`, `Schindler's List` and `schindlers list` fold alike. A text
 * without letters or digits is only lower-cased.
 */
export function foldText(text: string): string {
  return foldLetters(text).replace(notWord, " ").trim() || text.normalize("NFKC").toLowerCase().trim();
}

/** Scripts that are written without spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;

/** The words of each chunk between spaces: `spider-man` has two, which can also be written as one. */
function splitWords(text: string): string[][] {
  return foldLetters(text)
    .split(/\s+/)
    .map((chunk) => chunk.split(notWord).filter((word) => word !== ""))
    .filter((words) => words.length > 0);
}

/** Splits a word into runs of unspaced scripts and the rest. */
function splitScripts(word: string): { text: string; isUnspaced: boolean }[] {
  const pieces: { text: string; isUnspaced: boolean }[] = [];
  let end = 0;
  for (const { 0: run, index } of word.matchAll(unspaced)) {
    if (index > end) pieces.push({ text: word.slice(end, index), isUnspaced: false });
    pieces.push({ text: run, isUnspaced: true });
    end = index + run.length;
  }
  if (end < word.length) pieces.push({ text: word.slice(end), isUnspaced: false });
  return pieces;
}

function bigrams(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, i) => characters[i] + character);
}

const romans = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(" ");

/** `2` for `ii`, and vice versa. */
function otherNumeral(word: string): string[] {
  const index = romans.indexOf(word);
  if (index >= 0) return [String(index + 1)];
  return /^(?:[1-9]|1\d|20)$/.test(word) ? [romans[Number(word) - 1]] : [];
}

/** All terms of a text for a full-text index: its words, also joined, numerals both ways, and for unspaced scripts its characters and bigrams. */
export function indexWords(text: string): string {
  const found = new Set<string>();
  for (const words of splitWords(text)) {
    if (words.length > 1) found.add(words.join(""));
    for (const word of words) {
      for (const piece of splitScripts(word)) {
        if (piece.isUnspaced) for (const part of [...piece.text, ...bigrams(piece.text)]) found.add(part);
        else for (const part of [piece.text, ...otherNumeral(piece.text)]) found.add(part);
      }
    }
  }
  return [...found].join(" ");
}

/**
 * A query for SQLite's full-text search, which finds texts indexed by `indexWords` that have all these words or prefixes.
 * @returns undefined where there is no word in it
 */
export function searchQuery(text: string): string | undefined {
  const parts = splitWords(text).map((words) => {
    const apart = words.flatMap((word) => splitScripts(word).flatMap(toSearchTerms)).join(" AND ");
    return words.length > 1 ? `((${apart}) OR "${words.join("")}"*)` : apart;
  });
  return parts.length === 0 ? undefined : parts.join(" AND ");
}

function toSearchTerms({ text, isUnspaced }: { text: string; isUnspaced: boolean }): string[] {
  if (!isUnspaced) return [`"${text}"*`];
  const pairs = bigrams(text);
  return (pairs.length === 0 ? [text] : pairs).map((part) => `"${part}"`);
}

/** The sort key of a text: folded words, with numbers of up to nine digits padded so that they sort by value. */
export function sortKey(text: string): string {
  return foldText(text).replace(/\d{1,9}/g, (digits) => digits.padStart(9, "0"));
}

/** The expectation, for an error message, that a text with control characters, lone surrogates or nothing visible fails; else undefined. */
export function textProblem(text: string): string | undefined {
  if (/[\p{Cc}]/u.test(text)) return "text without control characters";
  if (/\p{Cs}/u.test(text)) return "text of whole characters";
  if (text !== "" && !/[^\p{Z}\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u.test(text))
    return "text with something to be seen in it";
  return undefined;
}
