/** Serves GraphiQL: a page built for each visit, and its assets, which browsers may cache forever. */
import type { Plugin } from "graphql-yoga";
import { assetResponse } from "../assets/asset.js";
import { plain } from "../errors/plain-response.js";
import { graphiqlParts, type Parts } from "./graphiql-parts.js";
import type { Tab } from "./tour.js";

type FetchAPI = { Response: typeof Response };

const folder = "graphiql/";

export function isPageOrPart(request: Request, url: URL): boolean {
  return url.pathname.startsWith(`/${folder}`) || isPage(request, url);
}

/** Whether a browser requests the GraphiQL page; other clients do not accept HTML. */
function isPage({ method, headers }: Request, { pathname }: URL): boolean {
  const isRead = method === "GET" || method === "HEAD";
  return isRead && /^\/graphql\/?$/.test(pathname) && (headers.get("accept") ?? "").includes("text/html");
}

/** @param tour creates the tabs on each visit, since the data set may have changed */
export function useGraphiQL(tour: () => Promise<Tab[]>): Plugin {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      if (isPage(request, url)) {
        endResponse(await pageResponse(request, url, await tour(), fetchAPI));
      } else if (url.pathname.startsWith(`/${folder}`)) {
        endResponse(await partResponse(request, url, fetchAPI));
      }
    },
  };
}

async function partResponse(request: Request, { pathname }: URL, fetchAPI: FetchAPI): Promise<Response> {
  const file = pathname.slice(folder.length + 1);
  const part = Object.values(await graphiqlParts()).find((one) => one.file === file);
  if (part === undefined) {
    return plain(fetchAPI, 404, "This GraphiQL file does not exist. The page /graphql links to the current files.");
  }
  return assetResponse(request, part, fetchAPI);
}

async function pageResponse(
  request: Request,
  { pathname }: URL,
  defaultTabs: Tab[],
  fetchAPI: FetchAPI,
): Promise<Response> {
  // Relative, since a proxy may serve Marquee under a path prefix.
  const html = renderPage(await graphiqlParts(), pathname.endsWith("/") ? `../${folder}` : folder, defaultTabs);
  return new fetchAPI.Response(request.method === "HEAD" ? null : html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-length": String(Buffer.byteLength(html)),
      "cache-control": "no-cache",
      vary: "Accept",
      "content-security-policy": contentSecurityPolicy,
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    },
  });
}

/** Allows scripts from this server only. The editor needs inline styles, which embed its fonts. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src data:",
  // For previews of poster URLs in responses.
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
].join("; ");

function renderPage(parts: Parts, path: string, defaultTabs: Tab[]): string {
  const page = {
    workers: {
      editorWorkerService: path + parts.editorWorker.file,
      json: path + parts.jsonWorker.file,
      graphql: path + parts.graphqlWorker.file,
    },
    options: { title: "Marquee", defaultTabs },
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Marquee</title>
    <link rel="icon" href="${path}${parts.icon.file}">
    <link rel="stylesheet" href="${path}${parts.styles.file}">
    <script defer src="${path}${parts.script.file}"></script>
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript. The API itself does not: POST a query to this address.</noscript>
    <div id="root"></div>
    <script type="application/json" id="page">${JSON.stringify(page).replaceAll("<", "\\u003c")}</script>
  </body>
</html>
`;
}
