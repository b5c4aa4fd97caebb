/** Previews of posters in SQLite. */
import type { PreviewStore, StoredPreview } from "../previews.js";
import type { Database } from "./database.js";
import { write } from "./transaction.js";

export function createPreviewStore(db: Database): PreviewStore {
  const { sqlite } = db;
  const byContent = sqlite
    .prepare(
      `SELECT sha256, palette, blurhash FROM poster_previews
         WHERE sha256 IN (SELECT value FROM json_each($contents)) AND version = $version`,
    )
    .raw();
  const missing = sqlite.prepare(
    `SELECT DISTINCT sha256, format FROM posters p WHERE NOT EXISTS (SELECT 1 FROM poster_previews v
       WHERE v.sha256 = p.sha256 AND v.version = ?) ORDER BY sha256`,
  );
  const put = sqlite.prepare(
    `INSERT INTO poster_previews (sha256, version, palette, blurhash) VALUES ($sha256, $version, $palette, $blurhash)
       ON CONFLICT (sha256) DO UPDATE SET version = excluded.version, palette = excluded.palette, blurhash = excluded.blurhash`,
  );
  return {
    byContent: async (version, contents) => {
      const rows = byContent.all({ version, contents: JSON.stringify(contents) }) as [string, string, string][];
      return new Map(
        rows.map(([sha256, palette, blurhash]): [string, StoredPreview] => [
          sha256,
          { palette: JSON.parse(palette), blurhash },
        ]),
      );
    },
    missing: async (version) => missing.all(version) as Awaited<ReturnType<PreviewStore["missing"]>>,
    save: (version, previews, maxWaitMs) =>
      write(
        db,
        () => {
          for (const [sha256, { palette, blurhash }] of previews)
            put.run({ sha256, version, palette: JSON.stringify(palette), blurhash });
        },
        maxWaitMs,
      ),
  };
}
