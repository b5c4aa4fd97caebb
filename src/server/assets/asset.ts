/** Files that pages load: compressed once, with a content hash in their names, so that browsers may cache them forever. */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { notAllowed, year } from "../errors/plain-response.js";

export interface Asset {
  /** Such as `script-0123456789abcdef.js`. */
  file: string;
  /** The media type. */
  type: string;
  /** The content in an encoding; compressed once, on first request. */
  inEncoding(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>>;
}

export type Encoding = "br" | "gzip" | "identity";

type Bytes = Uint8Array<ArrayBuffer>;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** @param known encodings that were made before */
export function createAsset(
  file: string,
  type: string,
  bytes: Bytes,
  known: Partial<Record<Encoding, Bytes>> = {},
): Asset {
  const encoded = new Map<Encoding, Promise<Bytes>>(
    Object.entries(known).map(([encoding, content]) => [encoding as Encoding, Promise.resolve(content)]),
  );
  return {
    file,
    type,
    inEncoding(encoding) {
      // What is compressed already gains nothing.
      if (!/^(?:text|application|image\/(?:svg|x-icon))/.test(type)) return Promise.resolve(bytes);
      const cachedResult = encoded.get(encoding) ?? encode(bytes, encoding);
      encoded.set(encoding, cachedResult);
      return cachedResult;
    },
  };
}

async function encode(bytes: Bytes, encoding: Encoding): Promise<Bytes> {
  if (encoding === "gzip") return zip(bytes);
  if (encoding === "identity") return bytes;
  // The default, 11, takes many seconds for GraphiQL's nine megabytes and saves little.
  return brotli(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
}

/** The smallest encoding that a request accepts. @param header Accept-Encoding */
export function acceptedEncoding(header: string | null): Encoding {
  const quality = new Map<string, number>();
  for (const entry of (header ?? "").toLowerCase().split(",")) {
    const [name, ...parameters] = entry.split(";").map((word) => word.trim());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    quality.set(name, q === undefined ? 1 : Number(q.slice(2)));
  }
  const accepted = (["br", "gzip"] as const).find((name) => (quality.get(name) ?? quality.get("*") ?? 0) > 0);
  return accepted ?? "identity";
}

/**
 * @param headers sent besides those that say what the content is; by default, that it may be cached forever
 * @returns 405 for a method other than GET and HEAD
 */
export async function assetResponse(
  request: Request,
  asset: Asset,
  fetchAPI: { Response: typeof Response },
  headers: Record<string, string> = { "cache-control": `public, max-age=${year}, immutable` },
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed(fetchAPI, request.method, "GET, HEAD");
  const encoding = acceptedEncoding(request.headers.get("accept-encoding"));
  const bytes = await asset.inEncoding(encoding);
  const isEncoded = encoding !== "identity" && bytes !== (await asset.inEncoding("identity"));
  return new fetchAPI.Response(request.method === "HEAD" ? null : bytes, {
    headers: {
      "content-type": asset.type,
      "content-length": String(bytes.length),
      vary: "Accept-Encoding",
      ...headers,
      ...(isEncoded ? { "content-encoding": encoding } : {}),
    },
  });
}

/** Whether an If-None-Match names this tag; weak tags are compared as if they were strong. */
export function hasTag(header: string | null, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim());
  return ["*", etag, `W/${etag}`].some((tag) => tags.includes(tag));
}
