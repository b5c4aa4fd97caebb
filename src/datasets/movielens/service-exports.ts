/** Recognises exports of other services, which hold one person's ratings and are no data set. */

const exports = [
  { service: "Letterboxd", header: ["date", "name", "year", "letterboxd uri"] },
  { service: "IMDb", header: ["const", "your rating"] },
  { service: "Trakt", header: ["rated_at", "type", "title", "year"] },
] as const;

/** The service whose export has these columns; undefined for any other. @param columns lower case */
export function findService(columns: readonly string[]): "Letterboxd" | "IMDb" | "Trakt" | undefined {
  return exports.find(({ header }) => header.every((name) => columns.includes(name)))?.service;
}

/**
 * The service that exported a file; undefined for any other file.
 * @param start the file's first lines
 */
export function detectExport(start: string): string | undefined {
  const text = start.replace(/^\uFEFF/, "");
  const columns = (text.split("\n", 1)[0] ?? "")
    .split(",")
    .map((name) => name.replaceAll('"', "").trim().toLowerCase());
  const service = findService(columns);
  if (service !== undefined) return service;
  const isJsonList = /^\s*\[\s*\{/.test(text);
  return isJsonList && (text.includes('"rated_at"') || text.includes('"trakt"')) ? "Trakt" : undefined;
}
