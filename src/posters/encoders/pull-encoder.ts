/** Downloads encoders from the ONNX model zoo: only known files, checked by their SHA-256. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, received } from "../../errors.js";
import { type DownloadOptions, downloadFile } from "../../files/download.js";
import type { OnnxEncoderManifest } from "./encoder-manifest.js";
import { loadEncoder } from "./encoder-store.js";

export interface PublishedEncoder {
  /** Below the zoo's folder of classifiers. */
  file: string;
  bytes: number;
  sha256: string;
}

export const publishedEncoders = {
  resnet18: {
    file: "resnet/model/resnet18-v1-7.onnx",
    bytes: 46_820_737,
    sha256: "4e8f8653e7a2222b3904cc3fe8e304cd8b339ce1d05fd24688162f86fb6df52c",
  },
  "mobilenetv2-int8": {
    file: "mobilenet/model/mobilenetv2-12-int8.onnx",
    bytes: 3_655_033,
    sha256: "cc028fe6cae7bc11a4ff53cfc9b79c920e8be65ce33a904ec3e2a8f66d77f95f",
  },
} as const satisfies Record<string, PublishedEncoder>;

export type PublishedName = keyof typeof publishedEncoders;

/**
 * Downloads and adds an encoder, unless it is already there.
 * @throws {AppError} DOWNLOAD_FAILED where it cannot be had or is another file; INTERRUPTED; as `addEncoder`
 */
export async function pullEncoder(
  folder: string,
  name: string,
  published: PublishedEncoder,
  options: Pick<DownloadOptions, "onProgress" | "signal" | "ca"> & { baseUrl: string },
): Promise<{ manifest: OnnxEncoderManifest; added: boolean }> {
  const before = await loadEncoder(folder, name).catch(() => undefined);
  if (before?.manifest.kind === "onnx" && before.manifest.sourceSha256 === published.sha256) {
    return { manifest: before.manifest, added: false };
  }
  const { baseUrl, ...rest } = options;
  const downloads = join(folder, ".downloads");
  const checksum = { algorithm: "sha256", hex: published.sha256 } as const;
  const path = await downloadFile(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`, published.file, checksum, {
    ...rest,
    toFolder: downloads,
    maxBytes: published.bytes,
  });
  try {
    // Reading ONNX graphs is slow to load.
    const { addEncoder } = await import("./add-encoder.js");
    return await addEncoder(folder, path, { name });
  } finally {
    await rm(path, { force: true });
  }
}

/** @throws {AppError} ENCODER_NOT_FOUND naming those that can be pulled */
export function publishedEncoder(name: string): PublishedEncoder {
  if (Object.hasOwn(publishedEncoders, name)) return publishedEncoders[name as PublishedName];
  throw new AppError(
    "ENCODER_NOT_FOUND",
    `expected an encoder of ${Object.keys(publishedEncoders).join(", ")} to pull, received ${received(name)}`,
  );
}
