/** Recognises exports of other services, which hold one person's ratings and are no data set. */

const exports: readonly { service: string; header: readonly string[] }[] = [
  { service: "Letterboxd", header: ["date", "name", "year", "letterboxd uri"] },
  { service: "IMDb", header: ["const", "your rating"] },
  { service: "Trakt", header: ["rated_at", "type", "title", "year"] },
];

/**
 * The service that exported a file; undefined for any other file.
 * @param start the file's first lines
 */
export function detectExport(start: string): string | undefined {
  const text = start.replace(/^\uFEFF/, "");
  const columns = (text.split("\n", 1)[0] ?? "")
    .split(",")
    .map((name) => name.replaceAll('"', "").trim().toLowerCase());
  const found = exports.find(({ header }) => header.every((name) => columns.includes(name)));
  if (found !== undefined) return found.service;
  const isJsonList = /^\s*\[\s*\{/.test(text);
  return isJsonList && (text.includes('"rated_at"') || text.includes('"trakt"')) ? "Trakt" : undefined;
}
