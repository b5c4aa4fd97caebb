/** Words of all languages, as they are searched, ordered and compared. */
import { describe, expect, test } from "vitest";
import { foldText, indexWords, searchQuery, sortKey, textProblem } from "../src/fold-text.js";

test.each([
  ["Brødre", "brodre"],
  ["Cœur en hiver, Un", "coeur en hiver un"],
  ["Złoto", "zloto"],
  ["Straße", "strasse"],
  ["Ełk, Đorđe, Þór, ﬁn", "elk dorde thor fin"],
  ["İstanbul ışık", "istanbul isik"],
  ["Ёлки", "елки"],
  ["Schindler's List", "schindlers list"],
  ["Rosemary’s Baby", "rosemarys baby"],
  ["ÉLITE", "élite".normalize("NFD").replace("\u0301", "")],
  ["Ｆｕｌｌ Ｗｉｄｔｈ", "full width"],
  ["Fast & Furious", "fast and furious"],
  ["  many   blanks ", "many blanks"],
  ["千と千尋の神隠し", "千と千尋の神隠し"],
  ["$", "$"],
])("%s is compared as %s", (text, folded) => {
  expect(foldText(text)).toBe(folded);
  expect(foldText(folded)).toBe(folded);
});

test("what is composed and what is not is the same", () => {
  expect(foldText("Amélie".normalize("NFD"))).toBe(foldText("Amélie".normalize("NFC")));
  // Voiced kana are other letters.
  expect(foldText("が".normalize("NFD"))).toBe("が");
  expect(foldText("か")).not.toBe(foldText("が"));
});

test.each([
  ["Spider-Man", "spiderman spider man"],
  ["WALL·E", "walle wall e"],
  ["E.T. the Extra-Terrestrial", "et e t the extraterrestrial extra terrestrial"],
  ["Rocky II", "rocky ii 2"],
  ["Rocky 2", "rocky 2 ii"],
  ["千尋", "千 尋 千尋"],
])("%s is found by %s", (text, words) => {
  expect(indexWords(text)).toBe(words);
});

test.each([
  ["spider-man", '(("spider"* AND "man"*) OR "spiderman"*)'],
  ["die hard", '"die"* AND "hard"*'],
  ["千尋の", '"千尋" AND "尋の"'],
  ["千", '"千"'],
  ['"; DROP', '"drop"*'],
  ["$ !", undefined],
])("somebody who searches %s asks for %s", (text, query) => {
  expect(searchQuery(text)).toBe(query);
});

test("titles are in order as people read them", () => {
  const titles = [
    "Ábel",
    "Zorro",
    "abc",
    "Rocky 10",
    "Rocky 2",
    "Æon Flux",
    "Ådalen",
    "Godfather, The (1972)",
    "Godard (1990)",
  ];
  expect(titles.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual([
    "abc",
    "Ábel",
    "Ådalen",
    "Æon Flux",
    "Godard (1990)",
    "Godfather, The (1972)",
    "Rocky 2",
    "Rocky 10",
    "Zorro",
  ]);
});

describe("a text", () => {
  test.each([
    ["\0", "text without control characters"],
    ["Nul\0Other", "text without control characters"],
    ["tab\there", "text without control characters"],
    ["half \ud83d", "text of whole characters"],
    ["\u200b\u3164", "text with something to be seen in it"],
    [" ", "text with something to be seen in it"],
    ["Amélie 🎬", undefined],
    ["千と千尋", undefined],
    ["", undefined],
  ])("%j has a problem or none: %s", (text, problem) => {
    expect(textProblem(text)).toBe(problem);
  });
});
