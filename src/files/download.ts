/**
 * Downloads a published file: https only, no redirects, no resuming. It is written under a temporary name and renamed
 * once it is complete and its checksum matches; any failure removes it.
 */
import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, received } from "../errors.js";
import { temporaryName } from "./temporary.js";

export interface DownloadOptions {
  /** Created if it does not exist. */
  toFolder: string;
  onProgress?(bytes: number, totalBytes: number): void;
  signal?: AbortSignal;
  /** Certificate authority to trust instead of the system's, PEM. */
  ca?: string | Buffer;
  /** Larger files are refused. Default 1 GiB, four times the largest data set that GroupLens has. */
  maxBytes?: number;
  /** Longest time without data from the server. Default 30 s. */
  timeoutMs?: number;
}

export interface Checksum {
  algorithm: "md5" | "sha256";
  /** In lower case. */
  hex: string;
}

/**
 * Fetches `baseUrl` + `file` into the folder, under the file's last name; a file of that name is replaced.
 * @param checksum expected, in lower-case hex; null skips the check
 * @throws {AppError} DOWNLOAD_FAILED; INTERRUPTED where the signal aborted
 */
export async function downloadFile(
  baseUrl: string,
  file: string,
  checksum: Checksum | null,
  options: DownloadOptions,
): Promise<string> {
  const url = URL.canParse(file, baseUrl) ? new URL(file, baseUrl) : undefined;
  if (url?.protocol !== "https:") {
    throw new AppError("DOWNLOAD_FAILED", `expected an https address to download from, received ${received(baseUrl)}`);
  }
  const name = basename(file);
  const path = join(options.toFolder, name);
  const part = temporaryName(join(options.toFolder, `.${name}`));
  try {
    options.signal?.throwIfAborted();
    await mkdir(options.toFolder, { recursive: true });
    const sum = await fetchInto(part, url, checksum?.algorithm ?? "sha256", options);
    if (checksum !== null && sum !== checksum.hex) {
      const name = checksum.algorithm === "md5" ? "MD5" : "SHA-256";
      throw failed(url, `expected a file with ${name} ${checksum.hex}, received ${sum}`);
    }
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true });
    if (options.signal?.aborted) {
      throw new AppError("INTERRUPTED", `the download of ${url.href} was stopped`, { cause: error });
    }
    if (error instanceof AppError) throw error;
    throw failed(url, error instanceof Error ? error.message : String(error), error);
  }
}

/** Writes the body to a new file; returns its checksum. */
async function fetchInto(
  part: string,
  url: URL,
  algorithm: Checksum["algorithm"],
  options: DownloadOptions,
): Promise<string> {
  const { maxBytes = 2 ** 30, onProgress, signal } = options;
  // Opened first: a stream that opens its file later could create it again after it was removed.
  const file = await open(part, "wx");
  let response: IncomingMessage | undefined;
  try {
    response = await respond(url, options);
    const answer = response;
    const total = bodyLength(url, answer, maxBytes);
    const hash = createHash(algorithm);
    let bytes = 0;
    await pipeline(
      answer,
      async function* (body: AsyncIterable<Buffer>) {
        for await (const chunk of body) {
          bytes += chunk.length;
          hash.update(chunk);
          onProgress?.(bytes, total);
          yield chunk;
        }
      },
      file.createWriteStream(),
      { signal },
    ).catch((error: unknown) => {
      if (error instanceof AppError || answer.complete) throw error;
      throw failed(url, `the body ended after ${bytes} of ${total} bytes`, error);
    });
    return hash.digest("hex");
  } finally {
    response?.destroy();
    // Already closed by the stream, if there was one.
    await file.close().catch(() => {});
  }
}

/** The response's head. The agent is this request's own, so that no connection outlives it. */
function respond(url: URL, { signal, ca, timeoutMs = 30_000 }: DownloadOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      agent: false,
      ca,
      signal,
      timeout: timeoutMs,
      headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "marquee" },
    });
    let head: IncomingMessage | undefined;
    asked.on("timeout", () => {
      const error = failed(url, `no data for ${timeoutMs} ms`);
      head?.destroy(error);
      asked.destroy(error);
    });
    asked.on("error", reject);
    asked.on("response", (response) => {
      head = response;
      resolve(response);
    });
    asked.end();
  });
}

/** @throws {AppError} unless the response is a whole file of a stated size, at most `maxBytes` */
function bodyLength(url: URL, response: IncomingMessage, maxBytes: number): number {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400) {
    const location = received(headers.location ?? "nowhere");
    throw failed(url, `redirects are not followed, received status ${statusCode} to ${location}`);
  }
  if (statusCode !== 200) throw failed(url, `expected status 200, received ${statusCode}`);
  const length = headers["content-length"];
  if (length === undefined || !/^\d{1,15}$/.test(length)) {
    throw failed(url, `expected a content-length, received ${received(length)}`);
  }
  if (Number(length) > maxBytes) throw failed(url, `expected at most ${maxBytes} bytes, received ${length}`);
  return Number(length);
}

function failed(url: URL, reason: string, cause?: unknown): AppError {
  return new AppError("DOWNLOAD_FAILED", `cannot download ${url.href}: ${reason}`, { cause });
}
