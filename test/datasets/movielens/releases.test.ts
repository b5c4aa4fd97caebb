import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { datasetNames, datasets, downloadDataset } from "../../../src/datasets/movielens/releases.js";
import { downloadFile } from "../../../src/files/download.js";
import { describeWithHttps, serveHttps } from "../../support/https-server.js";
import { failure, tempFolder } from "./fixtures.js";

const body = Buffer.from("zip ".repeat(50_000));
const md5 = createHash("md5").update(body).digest("hex");

describeWithHttps("downloadDataset", () => {
  let ca: Buffer;

  /** A server of the test's own; returns the address under which it answers everything. */
  async function serve(answer: Parameters<typeof serveHttps>[0]): Promise<string> {
    const server = await serveHttps(answer);
    ca = server.ca;
    return `${server.url}movielens/`;
  }

  /** What a download fails with, once it is certain that it left nothing behind. */
  async function refused(
    baseUrl: string,
    more: Partial<Parameters<typeof downloadDataset>[1]> = {},
    name = "ml-latest-small" as const,
  ) {
    const toFolder = await tempFolder();
    const message = await failure(downloadDataset(name, { baseUrl, toFolder, ca, ...more }));
    expect(await readdir(toFolder)).toEqual([]);
    return message.replaceAll(baseUrl, "BASE/");
  }

  const whole = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { "content-length": body.length });
    response.end(body);
  };

  test("writes the file under its name and reports progress", async () => {
    const paths: (string | undefined)[] = [];
    const baseUrl = await serve((request, response) => {
      paths.push(request.url);
      whole(request, response);
    });
    const toFolder = join(await tempFolder(), "new", "folder");
    const seen: [number, number][] = [];
    const path = await downloadDataset("ml-latest-small", {
      baseUrl,
      toFolder,
      ca,
      onProgress: (bytes, total) => seen.push([bytes, total]),
    });
    expect(path).toBe(join(toFolder, "ml-latest-small.zip"));
    expect(body.equals(await readFile(path))).toBe(true);
    expect(await readdir(toFolder)).toEqual(["ml-latest-small.zip"]);
    expect(seen.at(-1)).toEqual([body.length, body.length]);
    expect(paths).toEqual(["/movielens/ml-latest-small.zip"]);
  });

  test("accepts the right checksum, replacing an older file", async () => {
    const toFolder = await tempFolder();
    await writeFile(join(toFolder, "some.zip"), "older");
    const path = await downloadFile(
      await serve(whole),
      "folder/some.zip",
      { algorithm: "md5", hex: md5 },
      { toFolder, ca },
    );
    expect(body.equals(await readFile(path))).toBe(true);
  });

  test("refuses the wrong checksum", async () => {
    const toFolder = await tempFolder();
    const baseUrl = await serve(whole);
    expect(await failure(downloadDataset("ml-1m", { baseUrl, toFolder, ca }))).toBe(
      `DOWNLOAD_FAILED: cannot download ${baseUrl}ml-1m.zip: expected a file with MD5 c4d9eecfca2ab87c1945afe126590906, received ${md5}`,
    );
    expect(await readdir(toFolder)).toEqual([]);
  });

  test("refuses a body that ends early", async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000), () => response.destroy());
    });
    expect(await refused(baseUrl)).toBe(
      `DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: the body ended after 1000 of ${body.length} bytes`,
    );
  });

  test("refuses a redirect", async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(302, { location: "https://elsewhere.example/" });
      response.end();
    });
    expect(await refused(baseUrl)).toBe(
      "DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: redirects are not followed, received status 302 to " +
        '"https://elsewhere.example/"',
    );
  });

  test("refuses anything but https", async () => {
    expect(await refused("http://localhost/")).toBe(
      'DOWNLOAD_FAILED: expected an https address to download from, received "BASE/"',
    );
    expect(await refused("here/")).toBe(
      'DOWNLOAD_FAILED: expected an https address to download from, received "BASE/"',
    );
  });

  test("refuses a certificate that nobody vouches for", async () => {
    expect(await refused(await serve(whole), { ca: undefined })).toMatch(/^DOWNLOAD_FAILED: .*self-signed certificate/);
  });

  test("refuses what is too large before reading it", async () => {
    expect(await refused(await serve(whole), { maxBytes: 199_999 })).toBe(
      "DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: expected at most 199999 bytes, received 200000",
    );
  });

  test("refuses a body of unstated size", async () => {
    const chunked = await serve((_, response) => {
      response.write(body);
      response.end();
    });
    expect(await refused(chunked)).toBe(
      "DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: expected a content-length, received undefined",
    );
  });

  test("refuses a missing file", async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(404, { "content-length": 4 });
      response.end("gone");
    });
    expect(await refused(baseUrl)).toBe(
      "DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: expected status 200, received 404",
    );
  });

  test("gives up on a silent server, before the head and within the body", async () => {
    const expected = "DOWNLOAD_FAILED: cannot download BASE/ml-latest-small.zip: no data for 200 ms";
    expect(await refused(await serve(() => {}), { timeoutMs: 200 })).toBe(expected);
    const stalling = await serve((_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000));
    });
    expect(await refused(stalling, { timeoutMs: 200 })).toBe(expected);
  });

  test("stops when aborted, before and within the body", async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000));
    });
    const abort = new AbortController();
    const message = "INTERRUPTED: the download of BASE/ml-latest-small.zip was stopped";
    expect(await refused(baseUrl, { signal: abort.signal, onProgress: () => abort.abort() })).toBe(message);
    expect(await refused(baseUrl, { signal: abort.signal })).toBe(message);
  });
});

test("every data set but the changing one has a checksum", () => {
  const unchecked = datasetNames.filter((name) => !/^[0-9a-f]{32}$/.test(datasets[name].md5 ?? ""));
  expect(unchecked).toEqual(["ml-latest-small"]);
});
