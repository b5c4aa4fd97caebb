import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  readSafetensors,
  readStoredTensors,
  type Tensor,
  writeSafetensors,
} from "../../../src/ml/model/safetensors.js";
import { describeWithShared, sharedFile } from "../../support/shared.js";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** A file as the format describes it: length of the header, header, data. */
function file(header: unknown, data: Uint8Array | string = new Uint8Array()): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, typeof data === "string" ? hex(data) : data]);
}

const one = (entry: object, data: Uint8Array | string) => file({ w: entry }, data);

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, "m.safetensors");
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  throw new Error("expected a refusal, but the file was read");
}

describe("reading safetensors", () => {
  it("reads a file that was written byte by byte", () => {
    const bytes = Buffer.concat([
      hex("38 00 00 00 00 00 00 00"), // a header of 56 bytes
      Buffer.from('{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'),
      hex("00 00 c0 3f  00 00 00 c0"), // 1.5 and −2
    ]);
    expect(readSafetensors(bytes, "m")).toEqual(
      new Map([["w", { shape: [1, 2], data: Float32Array.from([1.5, -2]) }]]),
    );
  });

  it("reads float64 rounded to float32, scalars, empty tensors, and passes over the metadata", () => {
    const header = {
      __metadata__: { format: "pt" },
      wide: { dtype: "F64", shape: [2], data_offsets: [0, 16] },
      scalar: { dtype: "F32", shape: [], data_offsets: [16, 20] },
      empty: { dtype: "F32", shape: [0, 50], data_offsets: [20, 20] },
    };
    // 0.5, 0.1 in float64, 3 in float32
    const tensors = readSafetensors(file(header, "00 00 00 00 00 00 e0 3f  9a 99 99 99 99 99 b9 3f  00 00 40 40"), "m");
    expect([...tensors.keys()]).toEqual(["wide", "scalar", "empty"]);
    expect([...tensors.get("wide")!.data]).toEqual([0.5, Math.fround(0.1)]);
    expect(tensors.get("scalar")).toEqual({ shape: [], data: Float32Array.of(3) });
    expect(tensors.get("empty")).toEqual({ shape: [0, 50], data: new Float32Array() });
  });

  it("reads a file that lies inside a larger buffer, at an odd place", () => {
    const bytes = one({ dtype: "F32", shape: [1], data_offsets: [0, 4] }, "00 00 80 3f");
    const larger = Buffer.concat([hex("ff ff ff"), bytes, hex("ff")]);
    const tensors = readSafetensors(larger.subarray(3, 3 + bytes.length), "m");
    expect([...tensors.get("w")!.data]).toEqual([1]);
  });

  it("refuses a file that ends early, at every byte", () => {
    const whole = one({ dtype: "F32", shape: [2], data_offsets: [0, 8] }, "00 00 80 3f 00 00 80 3f");
    expect(readSafetensors(whole, "m").size).toBe(1);
    for (let length = 0; length < whole.length; length++) {
      expect(refusal(whole.subarray(0, length)), `${length} bytes`).toMatch(/^MODEL_INVALID: expected .* in m\.safet/);
    }
    expect(refusal(whole.subarray(0, 5))).toBe(
      "MODEL_INVALID: expected a safetensors file of at least 8 bytes, received 5 in m.safetensors",
    );
    expect(refusal(whole.subarray(0, 30))).toBe(
      "MODEL_INVALID: expected a safetensors header within its 30 bytes, received a header of 54 in m.safetensors",
    );
    expect(refusal(whole.subarray(0, -1))).toBe(
      'MODEL_INVALID: expected 8 bytes for tensor "w" of shape [2], received offsets 0 to 8 of 7 bytes in m.safetensors',
    );
  });

  it("reads half precision as it is stored, and refuses what is not finite wherever it stands", () => {
    for (const length of [1, 2, 3, 4, 5]) {
      const finite = [0x0000, 0x7bff, 0xfbff, 0x0001, 0x3c00].slice(0, length);
      // After a tensor of an odd length, so that it is not aligned to four bytes.
      const toBytes = (halves: number[]) => {
        const bytes = Buffer.from(new Uint8Array(Uint16Array.from([0x3c00, ...halves]).buffer)).toString("hex");
        const entry = (from: number, n: number) => ({
          dtype: "F16",
          shape: [n],
          data_offsets: [2 * from, 2 * (from + n)],
        });
        return file({ a: entry(0, 1), w: entry(1, length) }, bytes.replace(/../g, "$& ").trim());
      };
      const stored = readStoredTensors(toBytes(finite), "m").get("w")?.data;
      expect([...(stored as Uint16Array)]).toEqual(finite);
      for (let at = 0; at < length; at++) {
        for (const bad of [0x7c00, 0xfc00, 0x7e00]) {
          const halves = finite.map((half, i) => (i === at ? bad : half));
          expect(refusal(toBytes(halves)), `${halves}`).toMatch(`finite values in tensor "w", received`);
          expect(refusal(toBytes(halves))).toMatch(new RegExp(` at ${at} in m`));
        }
      }
    }
  });

  it("refuses a header length beyond any file", () => {
    expect(refusal(hex("ff ff ff ff ff ff ff ff 7b 7d"))).toMatch(
      "expected a safetensors header within its 10 bytes, received a header of 18446744073709552000",
    );
  });

  it.each([
    ["no JSON", "{w: 1}", "a safetensors header in JSON"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("latin1"), "a safetensors header in JSON"],
    ["null", "null", "a safetensors header that is a JSON object"],
    ["a number", "7", "a safetensors header that is a JSON object"],
    ["a list", "[]", "a safetensors header that is a JSON object"],
  ])("refuses a header that is %s", (what, json, expected) => {
    const bytes = what === "no UTF-8" ? Buffer.concat([hex("03 00 00 00 00 00 00 00"), hex("7b ff 7d")]) : file(json);
    expect(refusal(bytes)).toBe(`MODEL_INVALID: expected ${expected} in m.safetensors`);
  });

  it.each([
    null,
    "F32",
    { shape: [1], data_offsets: [0, 4] },
    { dtype: "F32", data_offsets: [0, 4] },
    { dtype: "F32", shape: [1] },
    { dtype: "F32", shape: [-1], data_offsets: [0, 4] },
    { dtype: "F32", shape: [0.5], data_offsets: [0, 4] },
    { dtype: "F32", shape: ["1"], data_offsets: [0, 4] },
    { dtype: "F32", shape: [1], data_offsets: [0] },
    { dtype: "F32", shape: [1], data_offsets: [-4, 0] },
    { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] },
  ])("refuses a tensor that is described as %j", (entry) => {
    expect(refusal(file({ w: entry }, "00 00 80 3f"))).toBe(
      'MODEL_INVALID: expected dtype, shape and data_offsets for tensor "w" in m.safetensors',
    );
  });

  it.each([
    [[0, 4], [2], "8 bytes"],
    [[0, 8], [1], "4 bytes"],
    [[4, 0], [1], "4 bytes"],
    [[8, 12], [1], "4 bytes"],
    [[0, 8], [100_000, 100_000, 100_000], "4000000000000000 bytes"],
  ])("refuses offsets %j for shape %j", (offsets, shape, bytes) => {
    const entry = { dtype: "F32", shape, data_offsets: offsets };
    expect(refusal(one(entry, "00 00 80 3f 00 00 80 3f"))).toBe(
      `MODEL_INVALID: expected ${bytes} for tensor "w" of shape [${shape}], received offsets ` +
        `${offsets[0]} to ${offsets[1]} of 8 bytes in m.safetensors`,
    );
  });

  it.each([
    ["the same bytes", [0, 8], [0, 8], "tensors without gap or overlap, received one from 0 after 8"],
    ["overlapping bytes", [0, 8], [4, 12], "tensors without gap or overlap, received one from 4 after 8"],
    ["bytes with a gap between them", [0, 8], [12, 20], "tensors without gap or overlap, received one from 12 after 8"],
    ["bytes that do not start at 0", [4, 12], [12, 20], "tensors without gap or overlap, received one from 4 after 0"],
    ["bytes before others that belong to none", [8, 16], [0, 8], "16 bytes of tensors, received 20"],
  ])("refuses two tensors of %s", (_, a, b, expected) => {
    const entry = (offsets: number[]) => ({ dtype: "F32", shape: [2], data_offsets: offsets });
    expect(refusal(file({ a: entry(a), b: entry(b) }, new Uint8Array(20)))).toBe(
      `MODEL_INVALID: expected ${expected} in m.safetensors`,
    );
  });

  it("reads tensors whose order in the header is not that of their bytes", () => {
    const entry = (offsets: number[]) => ({ dtype: "F32", shape: [1], data_offsets: offsets });
    const tensors = readSafetensors(file({ b: entry([4, 8]), a: entry([0, 4]) }, "00 00 80 3f 00 00 00 40"), "m");
    expect([...tensors].map(([name, { data }]) => [name, ...data])).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
  });

  it("reads half precision", () => {
    const tensors = readSafetensors(one({ dtype: "F16", shape: [3], data_offsets: [0, 6] }, "00 3c 00 c2 01 00"), "m");
    expect([...(tensors.get("w")?.data ?? [])]).toEqual([1, -3, 2 ** -24]);
  });

  it.each(["BF16", "I64", "f32", ""])("refuses dtype %j", (dtype) => {
    expect(refusal(one({ dtype, shape: [1], data_offsets: [0, 4] }, "00 00 80 3f"))).toBe(
      `MODEL_INVALID: expected dtype F32, F16 or F64 for tensor "w", received "${dtype}" in m.safetensors`,
    );
  });

  it.each([
    ["NaN", "F32", "00 00 c0 7f", "NaN"],
    ["minus infinity", "F32", "00 00 80 ff", "-Infinity"],
    ["NaN in float64", "F64", "00 00 00 00 00 00 f8 7f", "NaN"],
    ["a float64 too large for float32", "F64", "9c 75 00 88 3c e4 37 7e", "1e+300"],
  ])("refuses %s", (_, dtype, value, shown) => {
    const zero = dtype === "F32" ? "00 00 00 00" : "00 00 00 00 00 00 00 00";
    const data = hex(zero + value);
    const entry = { dtype, shape: [2], data_offsets: [0, data.length] };
    expect(refusal(one(entry, data))).toBe(
      `MODEL_INVALID: expected finite values in tensor "w", received ${shown} at 1 in m.safetensors`,
    );
  });
});

const original = "reference/baseline-model/movie_model_f32.safetensors";
describeWithShared("the original's trained network", [original], () => {
  it("is read whole", async () => {
    const shapes = [...readSafetensors(await readFile(sharedFile(original)), "m")].map(
      ([name, { shape }]) => `${name} ${shape}`,
    );
    expect(shapes.sort()).toEqual([
      "age_embedding.weight 8,50",
      "fc1.bias 10",
      "fc1.weight 10,300",
      "fc2.bias 10",
      "fc2.weight 10,10",
      "fc3.bias 1",
      "fc3.weight 1,10",
      "gender_embedding.weight 2,50",
      "genre_embedding.weight 302,50",
      "movie_embedding.weight 3953,50",
      "occupation_embedding.weight 22,50",
      "user_embedding.weight 6041,50",
    ]);
  });
});

describe("writing safetensors", () => {
  const tensors = new Map<string, Tensor>([
    ["b", { shape: [2, 3], data: Float32Array.of(0, -0.5, 1e-38, 3.4e38, Math.PI, -7) }],
    ["a", { shape: [1], data: Float32Array.of(0.1) }],
    ["nothing", { shape: [0, 50], data: new Float32Array() }],
    // A view into a longer array: only its own part is written.
    ["view", { shape: [2], data: Float32Array.of(9, 8, 7, 6).subarray(1, 3) }],
  ]);

  it("writes what reading gives back, to the bit and in order", () => {
    const read = readSafetensors(writeSafetensors(tensors), "m");
    expect([...read.keys()]).toEqual(["b", "a", "nothing", "view"]);
    expect(read).toEqual(tensors);
  });

  it("starts the data at a multiple of 8 bytes and leaves no gap in it", () => {
    const bytes = Buffer.from(writeSafetensors(tensors));
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    expect(headerBytes % 8).toBe(0);
    expect(bytes.length).toBe(8 + headerBytes + 4 * 9);
    expect(JSON.parse(bytes.subarray(8, 8 + headerBytes).toString())).toEqual({
      b: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
      a: { dtype: "F32", shape: [1], data_offsets: [24, 28] },
      nothing: { dtype: "F32", shape: [0, 50], data_offsets: [28, 28] },
      view: { dtype: "F32", shape: [2], data_offsets: [28, 36] },
    });
  });
});
