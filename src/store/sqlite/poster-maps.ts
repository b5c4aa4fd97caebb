/** Layouts of all posters in SQLite. */
import type { MapCluster, PosterMap, PosterMapStore } from "../poster-maps.js";
import type { Database } from "./database.js";
import { write } from "./transaction.js";

interface MapRow {
  name: string;
  points: Buffer;
  clusters: string;
}

export function createPosterMapStore(db: Database): PosterMapStore {
  const { sqlite } = db;
  const get = sqlite.prepare(
    "SELECT name, points, clusters FROM poster_maps WHERE encoder_id = ? AND preprocessing = ?",
  );
  const put = sqlite.prepare(
    `INSERT INTO poster_maps (encoder_id, preprocessing, name, points, clusters) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (encoder_id, preprocessing) DO UPDATE SET name = excluded.name, points = excluded.points, clusters = excluded.clusters`,
  );
  return {
    get: async ({ encoderId, preprocessing }) => {
      const row = get.get(encoderId, preprocessing) as MapRow | undefined;
      return row && { name: row.name, ...decodePoints(row.points), clusters: JSON.parse(row.clusters) as MapCluster[] };
    },
    save: ({ encoderId, preprocessing }, map) =>
      write(
        db,
        () => void put.run(encoderId, preprocessing, map.name, encodePoints(map), JSON.stringify(map.clusters)),
      ),
  };
}

/** Four arrays of equal length, 4 bytes an element, little-endian. */
function encodePoints({ movieIds, x, y, cluster }: PosterMap): Buffer {
  return Buffer.concat(
    [movieIds, x, y, cluster].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

function decodePoints(points: Buffer): Pick<PosterMap, "movieIds" | "x" | "y" | "cluster"> {
  // Its own memory: that of a blob may not be aligned.
  const { buffer } = new Uint8Array(points);
  const n = points.length / 16;
  return {
    movieIds: new Int32Array(buffer, 0, n),
    x: new Float32Array(buffer, 4 * n, n),
    y: new Float32Array(buffer, 8 * n, n),
    cluster: new Int32Array(buffer, 12 * n, n),
  };
}
