/** The MovieLens releases that GroupLens publishes, with their checksums, and the download of their archives. */
import { type DownloadOptions, downloadFile } from "../../files/download.js";

export const datasetNames = ["ml-1m", "ml-100k", "ml-latest-small", "ml-20m", "ml-25m", "ml-32m"] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Folder names of GroupLens' releases: data sets with these names are public. */
export const publishedNames: readonly string[] = [...datasetNames, "ml-latest", "ml-10m", "ml-10M100K"];

/**
 * GroupLens publishes MD5 only, which detects damage but not deliberate collisions. `ml-latest-small` is replaced from
 * time to time, so it has no checksum, and only https protects it.
 */
export const datasets: Record<DatasetName, { file: string; md5: string | null }> = {
  "ml-1m": { file: "ml-1m.zip", md5: "c4d9eecfca2ab87c1945afe126590906" },
  "ml-100k": { file: "ml-100k.zip", md5: "0e33842e24a9c977be4e0107933c0723" },
  "ml-latest-small": { file: "ml-latest-small.zip", md5: null },
  "ml-20m": { file: "ml-20m.zip", md5: "cd245b17a1ae2cc31bb14903e1204af3" },
  "ml-25m": { file: "ml-25m.zip", md5: "6b51fb2759a8657d3bfcbfc42b592ada" },
  "ml-32m": { file: "ml-32m.zip", md5: "d472be332d4daa821edc399621853b57" },
};

const defaultBaseUrl = "https://files.grouplens.org/datasets/movielens/";

/**
 * Downloads a release's archive.
 * @returns the path of the zip
 * @throws {AppError} DOWNLOAD_FAILED; INTERRUPTED where the signal aborted
 */
export function downloadDataset(
  name: DatasetName,
  { baseUrl = defaultBaseUrl, ...options }: DownloadOptions & { baseUrl?: string },
): Promise<string> {
  const { file, md5 } = datasets[name];
  const checksum = md5 === null ? null : ({ algorithm: "md5", hex: md5 } as const);
  return downloadFile(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, file, checksum, options);
}
