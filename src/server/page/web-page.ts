/** Serves the web page at `/`: the files that the build left in `dist/web`, read once. */
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Plugin } from "graphql-yoga";
import { sha256Hex } from "../../sha256.js";
import { type Asset, assetResponse, createAsset, hasTag } from "../assets/asset.js";
import { plain } from "../errors/plain-response.js";

const folder = new URL("../../../dist/web/", import.meta.url);

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Allows what this server serves, and nothing else: no inline scripts or styles, and no other origin. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

interface Page {
  asset: Asset;
  tag: string;
}

interface WebPage {
  /** Of the wall. */
  home: Page;
  /** Of the other views, which begin without the wall's words. */
  view: Page;
  /** By path below `/`, such as `assets/index-0123.js`. */
  files: ReadonlyMap<string, Asset>;
}

let reading: Promise<WebPage | undefined> | undefined;

/** Whether a request is for the page or one of its files. */
export function isWebPath({ pathname }: URL): boolean {
  return pathname === "/" || pathname === "/icon.svg" || pathname.startsWith("/assets/");
}

/** @param isOn where it is off, or was not built, `/` leads to GraphiQL */
export function useWebPage(isOn: boolean): Plugin {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (!isWebPath(url)) return;
      reading ??= readWebPage().catch((error: unknown) => {
        reading = undefined;
        throw error;
      });
      const web = isOn ? await reading : undefined;
      const isRead = request.method === "GET" || request.method === "HEAD";
      if (url.pathname === "/" && (web === undefined || !isRead)) {
        if (isRead) endResponse(new fetchAPI.Response(null, { status: 302, headers: { location: "/graphql" } }));
        return;
      }
      if (web === undefined) return;
      if (url.pathname === "/") {
        const isView = url.searchParams.has("view") || url.searchParams.has("q");
        endResponse(await pageResponse(request, isView ? web.view : web.home, fetchAPI));
        return;
      }
      const asset = web.files.get(url.pathname.slice(1));
      endResponse(
        asset === undefined
          ? plain(fetchAPI, 404, "This file of the page does not exist. The page / links to the current files.")
          : await assetResponse(
              request,
              asset,
              fetchAPI,
              asset.file === "icon.svg" ? { "cache-control": "public, max-age=86400" } : undefined,
            ),
      );
    },
  };
}

async function pageResponse(
  request: Request,
  { asset, tag }: Page,
  fetchAPI: { Response: typeof Response },
): Promise<Response> {
  const headers = {
    etag: tag,
    "cache-control": "no-cache",
    "content-security-policy": contentSecurityPolicy,
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
  };
  if (hasTag(request.headers.get("if-none-match"), tag)) return new fetchAPI.Response(null, { status: 304, headers });
  return assetResponse(request, asset, fetchAPI, headers);
}

/** @returns undefined where the page was not built */
async function readWebPage(): Promise<WebPage | undefined> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = new Map<string, Asset>();
  for (const name of names) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const bytes = new Uint8Array(await readFile(new URL(name, folder)));
    const br = names.includes(`${name}.br`) ? new Uint8Array(await readFile(new URL(`${name}.br`, folder))) : undefined;
    files.set(name, createAsset(name, type, bytes, br && { br }));
  }
  const [home, view] = await Promise.all(["index.html", "view.html"].map((name) => takePage(files, name)));
  return home && view && { home, view, files };
}

async function takePage(files: Map<string, Asset>, name: string): Promise<Page | undefined> {
  const asset = files.get(name);
  files.delete(name);
  return asset && { asset, tag: `"${sha256Hex(await asset.inEncoding("identity")).slice(0, 32)}"` };
}
