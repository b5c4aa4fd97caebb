import { describe, expect, test } from "vitest";
import { normaliseTitle, sameFilm, splitTitle, titleParts } from "../../../src/datasets/movielens/titles.js";

describe("splitTitle", () => {
  test.each([
    ["Godfather, The (1972)", "The Godfather", 1972],
    ["City of Lost Children, The (Cité des enfants perdus, La) (1995)", "The City of Lost Children", 1995],
    ["Toy Story (1995)", "Toy Story", 1995],
    ["Autumn Sonata (Höstsonaten ) (1978) ", "Autumn Sonata", 1978],
    ["Associate, The (L'Associe)(1982)", "The Associate", 1982],
    ["American in Paris, An (1951)", "An American in Paris", 1951],
    ["Good, The Bad and The Ugly, The (1966)", "The Good, The Bad and The Ugly", 1966],
    ["Misérables, Les (1995)", "Les Misérables", 1995],
    ["Avventura, L' (1960)", "L'Avventura", 1960],
    ["Vitelloni, I (1953)", "I Vitelloni", 1953],
    ["Brücke, Die (1959)", "Die Brücke", 1959],
    ["Dorado, El (1967)", "El Dorado", 1967],
    ["Die Hard (1988)", "Die Hard", 1988],
    ["Die, Mommie, Die (2003)", "Die, Mommie, Die", 2003],
    ["Withnail and I (1987)", "Withnail and I", 1987],
    ["I, Robot (2004)", "I, Robot", 2004],
    ["1984 (Nineteen Eighty-Four) (1984)", "1984", 1984],
    ["2001: A Space Odyssey", "2001: A Space Odyssey", null],
    ["Babylon 5", "Babylon 5", null],
    ["Fawlty Towers (1975-1979)", "Fawlty Towers", 1975],
    ["Nypd Blue (1993– )", "Nypd Blue", 1993],
    ["(500) Days of Summer (2009)", "(500) Days of Summer", 2009],
    [
      "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
      "Birdman: Or (The Unexpected Virtue of Ignorance)",
      2014,
    ],
    ["Human Centipede II (Full Sequence), The (2011)", "The Human Centipede II (Full Sequence)", 2011],
    ["Million Dollar Duck, The (a.k.a. $1", "The Million Dollar Duck", null],
    ["(1995)", "(1995)", 1995],
    ["", "", null],
  ])("%s", (title, displayTitle, year) => {
    expect(splitTitle(title)).toEqual({ displayTitle, year });
  });

  test("keeps the other names apart, without a.k.a.", () => {
    expect(titleParts("Hard 8 (a.k.a. Sydney, a.k.a. Hard Eight) (1996)").otherTitles).toEqual([
      "Sydney",
      "Hard Eight",
    ]);
    expect(titleParts("Life Is Rosy (a.k.a. Life Is Beautiful) (Vie est belle, La) (1987)").otherTitles).toEqual([
      "Life Is Beautiful",
      "La Vie est belle",
    ]);
  });
});

test.each([
  ["The Godfather", "godfather"],
  ["Godfather, The", "godfather"],
  ["Amélie", "amelie"],
  ["Willy Wonka & the Chocolate Factory", "willy wonka and chocolate factory"],
  ["William Shakespeare's Romeo + Juliet", "william shakespeares romeo and juliet"],
  ["Enfer, L'", "lenfer"],
  ["Le Samouraï", "samourai"],
  ["Die Hard", "die hard"],
  ["20,000 Leagues", "20 000 leagues"],
  ["Alien³", "alien3"],
  ["Stille nach dem Schuß", "stille nach dem schuss"],
  ["七人の侍", "七人の侍"],
  ["A", "a"],
])("normaliseTitle(%s) is %s", (title, expected) => {
  expect(normaliseTitle(title)).toBe(expected.normalize("NFKD").replace(/\p{M}/gu, ""));
});

describe("sameFilm", () => {
  const film = (text: string) => ({ title: text, year: splitTitle(text).year });

  test.each([
    ["Postino, Il (The Postman) (1994)", "Postman, The (Postino, Il) (1994)"],
    ["Seven (Se7en) (1995)", "Seven (a.k.a. Se7en) (1995)"],
    ["Interview with the Vampire (1994)", "Interview with the Vampire: The Vampire Chronicles (1994)"],
    ["Catwalk (1995)", "Catwalk (1996)"],
    ["Death Wish II (1982)", "Death Wish 2 (1982)"],
    ["Communion (a.k.a. Alice, Sweet Alice/Holy Terror) (1977)", "Alice, Sweet Alice (a.k.a. Communion) (1976)"],
    ["Aiqing wansui (1994)", "Vive L'Amour (Ai qing wan sui) (1994)"],
    ["Hangmen Also Die (1943)", "Hangmen Also Die!"],
  ])("%s is %s", (a, b) => {
    expect(sameFilm(film(a), film(b))).toBe(true);
    expect(sameFilm(film(b), film(a))).toBe(true);
  });

  test.each([
    ["Dracula (1931)", "Dracula (1958)"],
    ["Puppet Master (1989)", "Puppet Master II (1990)"],
    ["Karate Kid (1986)", "Karate Kid Part Two (1986)"],
    ["Bad (1980)", "Bad Timing (1980)"],
    ["Star Trek (1979)", "Star Wars (1979)"],
  ])("%s is not %s", (a, b) => {
    expect(sameFilm(film(a), film(b))).toBe(false);
    expect(sameFilm(film(b), film(a))).toBe(false);
  });
});
