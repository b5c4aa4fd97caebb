/** `marquee import <name>` against a local HTTPS server that stands in for GroupLens. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { inside, mlCsv, zipWith } from "../datasets/movielens/fixtures.js";
import { complaints, run, runJson, tempFolder } from "./run.js";

const openssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    console.log("skipped: marquee import <name>, since there is no openssl to make a certificate with");
    return false;
  }
})();

describe.skipIf(!openssl)("marquee import <name>", () => {
  let cert = "";
  let key: Buffer;

  beforeAll(async () => {
    const folder = await tempFolder();
    cert = join(folder, "cert.pem");
    const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
    const files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", join(folder, "key.pem"), "-out", cert];
    execFileSync("openssl", [...options.split(" "), ...files], { stdio: "ignore" });
    key = readFileSync(join(folder, "key.pem"));
  });

  /** A server that answers every request with this zip; returns what the program needs to find and trust it. */
  async function groupLens(zip: Buffer) {
    const asked: string[] = [];
    const server = createServer({ key, cert: readFileSync(cert) }, (request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-length", zip.length).end(zip);
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const port = (server.address() as AddressInfo).port;
    const env = { MOVIELENS_URL: `https://localhost:${port}/movielens/`, NODE_EXTRA_CA_CERTS: cert };
    return { asked, options: { dataDir: await tempFolder(), env } };
  }

  test("downloads the archive, imports it, and leaves no archive behind", async () => {
    const zip = readFileSync(await zipWith(inside("ml-latest-small", mlCsv)));
    const { asked, options } = await groupLens(zip);
    const report = await runJson(["import", "ml-latest-small"], options);
    expect(report).toMatchObject({ dataset: "ml-latest-small", movies: 3, skipped: 0 });
    expect(asked).toEqual(["/movielens/ml-latest-small.zip"]);
    expect(await readdir(join(options.dataDir, "downloads"))).toEqual([]);
  });

  test("refuses an archive that is not the published one, in one line, and keeps nothing of it", async () => {
    const zip = readFileSync(await zipWith(inside("ml-1m", mlCsv)));
    const { options } = await groupLens(zip);
    const result = await run(["import", "ml-1m"], options);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    const lines = complaints(result);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("expected a file with MD5 c4d9eecfca2ab87c1945afe126590906, received");
    expect(await readdir(join(options.dataDir, "downloads"))).toEqual([]);
  });

  test("downloads nothing for a path", async () => {
    const { asked, options } = await groupLens(Buffer.alloc(0));
    expect((await run(["import", "./ml-1m"], options)).code).toBe(1);
    expect(existsSync(join(options.dataDir, "downloads"))).toBe(false);
    expect(asked).toEqual([]);
  });
});
