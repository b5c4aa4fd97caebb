import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { loadEncoder } from "../../../src/posters/encoders/encoder-store.js";
import { publishedEncoder, publishedEncoders, pullEncoder } from "../../../src/posters/encoders/pull-encoder.js";
import { emptyFolder } from "../../support/fixture.js";
import { describeWithHttps, serveHttps } from "../../support/https-server.js";
import { classifier } from "../../support/tiny-classifier.js";

const network = Buffer.from(classifier(1));
const published = {
  file: "resnet/model/tiny.onnx",
  bytes: network.length,
  sha256: createHash("sha256").update(network).digest("hex"),
};

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  const { code, message } = error as AppError;
  return `${code}: ${message.replace(/localhost:\d+/g, "HOST")}`;
}

test("ResNet18 and MobileNetV2 are known by the checksums that DESIGN.md 6 states", () => {
  expect(publishedEncoder("resnet18")).toEqual({
    file: "resnet/model/resnet18-v1-7.onnx",
    bytes: 46_820_737,
    sha256: "4e8f8653e7a2222b3904cc3fe8e304cd8b339ce1d05fd24688162f86fb6df52c",
  });
  expect(publishedEncoders["mobilenetv2-int8"]).toMatchObject({
    bytes: 3_655_033,
    sha256: "cc028fe6cae7bc11a4ff53cfc9b79c920e8be65ce33a904ec3e2a8f66d77f95f",
  });
  expect(() => publishedEncoder("vgg16")).toThrow(
    'expected an encoder of resnet18, mobilenetv2-int8 to pull, received "vgg16"',
  );
  expect(() => publishedEncoder("toString")).toThrow("expected an encoder of");
});

describeWithHttps("pulling an encoder", () => {
  test("fetches it, makes it ready, and fetches it once", async () => {
    const folder = await emptyFolder();
    const paths: (string | undefined)[] = [];
    const server = await serveHttps((request, response) => {
      paths.push(request.url);
      response.writeHead(200, { "content-length": network.length }).end(network);
    });
    const seen: [number, number][] = [];
    const options = {
      baseUrl: `${server.url}zoo`,
      ca: server.ca,
      onProgress: (...now: [number, number]) => seen.push(now),
    };
    const { manifest, added } = await pullEncoder(folder, "tiny", published, options);
    expect({ added, manifest }).toMatchObject({
      added: true,
      manifest: { name: "tiny", dimension: 3, sourceSha256: published.sha256 },
    });
    expect(seen.at(-1)).toEqual([network.length, network.length]);
    expect((await loadEncoder(folder, "tiny")).manifest).toEqual(manifest);
    expect(await readdir(join(folder, ".downloads"))).toEqual([]);
    expect((await pullEncoder(folder, "tiny", published, options)).added).toBe(false);
    expect(paths).toEqual(["/zoo/resnet/model/tiny.onnx"]);
  });

  test.each<[string, Buffer, string]>([
    [
      "another file of its length",
      Buffer.alloc(network.length),
      `expected a file with SHA-256 ${published.sha256}, received `,
    ],
    [
      "a longer file",
      Buffer.alloc(network.length + 1),
      `expected at most ${network.length} bytes, received ${network.length + 1}`,
    ],
  ])("refuses %s, and leaves nothing behind", async (_what, body, message) => {
    const folder = await emptyFolder();
    const server = await serveHttps((_request, response) => {
      response.writeHead(200, { "content-length": body.length }).end(body);
    });
    const said = await failure(pullEncoder(folder, "tiny", published, { baseUrl: server.url, ca: server.ca }));
    expect(said).toContain(`DOWNLOAD_FAILED: cannot download https://HOST/resnet/model/tiny.onnx: ${message}`);
    expect(existsSync(join(folder, "tiny"))).toBe(false);
    expect(await readdir(join(folder, ".downloads"))).toEqual([]);
  });

  test("follows no redirect, and stops where it is told to", async () => {
    const folder = await emptyFolder();
    const redirecting = await serveHttps((_request, response) => {
      response.writeHead(302, { location: "https://evil.example/" }).end();
    });
    expect(
      await failure(pullEncoder(folder, "tiny", published, { baseUrl: redirecting.url, ca: redirecting.ca })),
    ).toContain("redirects are not followed");
    const controller = new AbortController();
    const slow = await serveHttps((_request, response) => {
      response.writeHead(200, { "content-length": network.length }).write(network.subarray(0, 10));
      setTimeout(() => controller.abort(), 30);
    });
    const stopped = pullEncoder(folder, "tiny", published, {
      baseUrl: slow.url,
      ca: slow.ca,
      signal: controller.signal,
    });
    expect(await failure(stopped)).toMatch(/^INTERRUPTED: /);
    expect(await readdir(join(folder, ".downloads"))).toEqual([]);
  });
});
