/** What GroupLens publishes, and the MD5 it publishes beside each archive. */

export const datasetNames = ["ml-1m", "ml-100k", "ml-latest-small", "ml-20m", "ml-25m", "ml-32m"] as const;
export type DatasetName = (typeof datasetNames)[number];

/** What the folders of GroupLens' releases are called: data sets of these names are published. */
export const publishedNames: readonly string[] = [...datasetNames, "ml-latest", "ml-10m", "ml-10M100K"];

/**
 * MD5 guards against a damaged or exchanged file no better than MD5 can: it is what GroupLens publishes.
 * `ml-latest-small` is replaced from time to time, so it has none, and nothing but https vouches for it.
 */
export const datasets: Record<DatasetName, { file: string; md5: string | null }> = {
  "ml-1m": { file: "ml-1m.zip", md5: "c4d9eecfca2ab87c1945afe126590906" },
  "ml-100k": { file: "ml-100k.zip", md5: "0e33842e24a9c977be4e0107933c0723" },
  "ml-latest-small": { file: "ml-latest-small.zip", md5: null },
  "ml-20m": { file: "ml-20m.zip", md5: "cd245b17a1ae2cc31bb14903e1204af3" },
  "ml-25m": { file: "ml-25m.zip", md5: "6b51fb2759a8657d3bfcbfc42b592ada" },
  "ml-32m": { file: "ml-32m.zip", md5: "d472be332d4daa821edc399621853b57" },
};
