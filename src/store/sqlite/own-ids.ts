/** Ids of users and movies that are added through the API: each is used once, also after its row is deleted. */
import { firstOwnId } from "../../ids.js";
import type { Database } from "./database.js";
import { getSetting, setSetting } from "./settings.js";

/** @returns a function that gives the next id, to call in a transaction */
export function createIdCounter(db: Database, table: "users" | "movies"): () => number {
  const key = table === "users" ? "lastUserId" : "lastMovieId";
  return () => {
    const id = Math.max(Number(getSetting(db, key) ?? 0) + 1, firstOwnId);
    setSetting(db, key, String(id));
    return id;
  };
}
