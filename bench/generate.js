/**
 * Generates a data folder of any size for `growth`: ratings in MovieLens' layout, imported and trained on as users do. Seeded. Movies are
 * rated by Zipf's law, and people of ten tastes like movies of theirs; every user has 20 ratings.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { mulberry32 } from "../dist/random.js";
import { run } from "./prepare.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ratingsPerUser = 20;
const tastes = 10;

/** @returns the folder, made if need be */
export async function generate({ users, movies }) {
  const folder = here(`data/growth-${movies}-${users}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(`${unfinished}/files`, { recursive: true });
  await writeFiles(`${unfinished}/files`, users, movies);
  await run(["import", `${unfinished}/files`], unfinished);
  rmSync(`${unfinished}/files`, { recursive: true });
  const ranker = ["--ranker", "ials", "--ranker-factors", "16"];
  await run(
    ["train", "--model", "mf", "--iterations", "3", "--validation", "0.02", "--no-prepare", ...ranker],
    unfinished,
  );
  renameSync(unfinished, folder);
  return folder;
}

async function writeFiles(folder, users, movies) {
  const random = mulberry32(movies);
  await write(`${folder}/movies.csv`, "movieId,title,genres", function* () {
    for (let movie = 1; movie <= movies; movie++) yield `${movie},Film ${movie} (${1930 + (movie % 90)}),Drama`;
  });
  await write(`${folder}/ratings.csv`, "userId,movieId,rating,timestamp", function* () {
    const rated = new Set();
    for (let user = 1; user <= users; user++) {
      rated.clear();
      while (rated.size < ratingsPerUser) {
        // By Zipf's law: as many ratings of the first ten movies as of the next ninety.
        const movie = Math.min(movies, Math.ceil(Math.exp(random() * Math.log(movies))));
        if (rated.has(movie)) continue;
        rated.add(movie);
        const liked = movie % tastes === user % tastes ? 0.9 : 0.4;
        yield `${user},${movie},${random() < liked ? 5 : 2},${978300000 + user}`;
      }
    }
  });
}

async function write(file, header, lines) {
  const stream = createWriteStream(file);
  let part = [header];
  for (const line of lines()) {
    part.push(line);
    if (part.length < 10_000) continue;
    if (!stream.write(`${part.join("\n")}\n`)) await new Promise((resolve) => stream.once("drain", resolve));
    part = [];
  }
  stream.end(part.length > 0 ? `${part.join("\n")}\n` : "");
  await finished(stream);
}
