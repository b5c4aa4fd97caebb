/** Posters from a folder that the operator keeps: `<movieId>` or `tt<imdbId>` with .jpg, .jpeg, .png or .webp. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.js";
import { readRegularFile } from "../../files/read-file.js";
import { maxPosterBytes } from "../images/open-image.js";
import type { PosterProvider, PosterSubject } from "./provider.js";

const endings = ["jpg", "jpeg", "png", "webp"];

/** The etag is the file's name, size and modification time. */
export function folderProvider(folder: string): PosterProvider {
  return {
    name: "folder",
    async find(movie, etag) {
      for (const name of fileNames(movie)) {
        const path = join(folder, name);
        const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
          throw unreadable(name, error);
        });
        if (!found?.isFile()) continue;
        const current = `${name} ${found.size} ${found.mtimeMs}`;
        if (current === etag) return { outcome: "unchanged" };
        const bytes = await readRegularFile(path, maxPosterBytes, name);
        return { outcome: "found", bytes, etag: current };
      }
      return { outcome: "none", detail: "the folder has no file for it" };
    },
  };
}

function fileNames({ id, imdbId }: PosterSubject): string[] {
  return [String(id), ...(imdbId === null ? [] : [imdbId])].flatMap((name) => endings.map((end) => `${name}.${end}`));
}

function unreadable(name: string, cause: NodeJS.ErrnoException): AppError {
  return new AppError("FILE_UNREADABLE", `expected a file that can be read in ${name}, received ${cause.code}`, {
    cause,
  });
}
