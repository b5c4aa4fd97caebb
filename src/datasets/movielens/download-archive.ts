/** Fetches a data set's archive from GroupLens. */
import { type DownloadOptions, downloadFile } from "../../files/download.js";
import { type DatasetName, datasets } from "./datasets.js";

const defaultBaseUrl = "https://files.grouplens.org/datasets/movielens/";

/**
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
