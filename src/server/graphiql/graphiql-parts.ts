/** The assets of the GraphiQL page: scripts, styles and workers, each with a content hash in its name. */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { sha256Hex } from "../../sha256.js";
import { prologue, start, styles } from "./graphiql-start.js";

export type PartName = "script" | "styles" | "icon" | "editorWorker" | "jsonWorker" | "graphqlWorker";

export interface Part {
  /** Such as `script-0123456789abcdef.js`. */
  file: string;
  type: string;
  /** The content in an encoding; compressed once, on first request. */
  inEncoding(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>>;
}

export type Encoding = "br" | "gzip" | "identity";

export type Parts = Record<PartName, Part>;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

let parts: Promise<Parts> | undefined;

/** Loads the assets (nine megabytes) from the installed package on first use. */
export function graphiqlParts(): Promise<Parts> {
  parts ??= makeParts();
  return parts;
}

async function makeParts(): Promise<Parts> {
  const graphiql = await import("@graphql-yoga/render-graphiql/graphiql");
  const script = (text: string, name: PartName) => makePart(name, "js", "text/javascript; charset=utf-8", text);
  return {
    script: script(`${prologue}\n${graphiql.js};\n${start}`, "script"),
    styles: makePart("styles", "css", "text/css; charset=utf-8", `${graphiql.css}\n${styles}`),
    icon: makePart("icon", "ico", "image/x-icon", decodeDataUrl(graphiql.favicon)),
    editorWorker: script(graphiql.editorWorkerService, "editorWorker"),
    jsonWorker: script(graphiql.jsonWorker, "jsonWorker"),
    graphqlWorker: script(graphiql.graphqlWorker, "graphqlWorker"),
  };
}

function decodeDataUrl(url: string): Buffer {
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

function makePart(name: PartName, extension: string, type: string, content: string | Buffer): Part {
  const bytes = Buffer.from(content);
  const hash = sha256Hex(bytes).slice(0, 16);
  const encoded = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    file: `${name}-${hash}.${extension}`,
    type,
    inEncoding(encoding) {
      const cachedResult = encoded.get(encoding) ?? encode(bytes, encoding);
      encoded.set(encoding, cachedResult);
      return cachedResult;
    },
  };
}

async function encode(bytes: Buffer<ArrayBuffer>, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "gzip") return zip(bytes);
  if (encoding === "identity") return bytes;
  // The default, 11, takes many seconds on the first visit and saves little.
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
