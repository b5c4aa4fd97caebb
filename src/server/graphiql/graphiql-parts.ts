/** The assets of the GraphiQL page: scripts, styles and workers, each with a content hash in its name. */
import { sha256Hex } from "../../sha256.js";
import { type Asset, createAsset } from "../assets/asset.js";
import { prologue, start, styles } from "./graphiql-start.js";

export type PartName = "script" | "styles" | "icon" | "editorWorker" | "jsonWorker" | "graphqlWorker";

export type Parts = Record<PartName, Asset>;

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

function makePart(name: PartName, extension: string, type: string, content: string | Buffer): Asset {
  const bytes = new Uint8Array(Buffer.from(content));
  return createAsset(`${name}-${sha256Hex(bytes).slice(0, 16)}.${extension}`, type, bytes);
}
