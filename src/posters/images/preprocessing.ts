/** Converts posters into an encoder's input tensor. */
import { decodeToRgb } from "./decode-poster.js";

/** How an encoder wants its input: each value is (byte · scale − mean[channel]) / std[channel]. */
export interface Preprocessing {
  /** Version of the code below; raised when its results change for the same settings. */
  version: 1;
  /** Width, height. */
  size: [number, number];
  /** The whole poster, its sides scaled apart: a centre crop would lose half of a 2:3 poster. */
  fit: "squash";
  /** Triangle filter, widened when the image shrinks (antialiased bilinear, as torchvision resizes). */
  resampling: "linear";
  scale: number;
  mean: [number, number, number];
  std: [number, number, number];
  layout: "NCHW";
  colour: "RGB";
}

/** What torchvision and the ONNX model zoo trained their ImageNet classifiers on. */
export const imagenetPreprocessing: Preprocessing = {
  version: 1,
  size: [224, 224],
  fit: "squash",
  resampling: "linear",
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  layout: "NCHW",
  colour: "RGB",
};

/**
 * Decodes a poster into an encoder's input. Size, mean and std come from the manifest, never from here.
 * @param bytes JPEG, PNG or WebP, at most `maxPosterBytes`
 * @returns CHW, 3 × height × width, RGB: (x · scale − mean) / std
 * @throws {AppError} POSTER_UNREADABLE, sharp's error as cause
 */
export async function decodeToPlanes(bytes: Uint8Array, preprocessing: Preprocessing): Promise<Float32Array> {
  const [width, height] = preprocessing.size;
  const planes = new Float32Array(3 * width * height);
  createPlanes(preprocessing)(await decodeToRgb(bytes, width, height), planes);
  return planes;
}

/**
 * @returns a function that writes pixels, RGB interleaved as `decodeToRgb` gives them, as CHW into `out`,
 *   3 × height × width: (x · scale − mean) / std
 */
export function createPlanes(preprocessing: Preprocessing): (rgb: Uint8Array, out: Float32Array) => void {
  const area = preprocessing.size[0] * preprocessing.size[1];
  // One table entry for each of the 256 byte values.
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const factor = preprocessing.scale / preprocessing.std[channel];
    const offset = preprocessing.mean[channel] / preprocessing.std[channel];
    return Float32Array.from({ length: 256 }, (_, byte) => byte * factor - offset);
  });
  return (rgb, out) => {
    if (rgb.length !== 3 * area || out.length !== 3 * area) {
      throw new RangeError(`expected ${3 * area} bytes and numbers, received ${rgb.length} and ${out.length}`);
    }
    for (let i = 0, offset = 0; i < area; i++, offset += 3) {
      out[i] = red[rgb[offset]];
      out[area + i] = green[rgb[offset + 1]];
      out[2 * area + i] = blue[rgb[offset + 2]];
    }
  };
}
