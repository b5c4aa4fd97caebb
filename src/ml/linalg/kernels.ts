/** Instances of the WebAssembly kernels (`kernels/`, built into `dist/kernels/`) and the layout of their memory. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError } from "../../errors.js";

/** Names of `kernels/*.ts`. */
export type KernelName = "gibbs" | "dense";

const compiled = new Map<KernelName, WebAssembly.Module>();

/**
 * A new instance of a kernel module, with a memory of its own.
 * @throws {AppError} TRAINING_FAILED when the module was not built
 */
export function createKernel<Exports>(name: KernelName): Exports & { memory: WebAssembly.Memory } {
  let module = compiled.get(name);
  if (module === undefined) {
    const file = fileURLToPath(new URL(`../../../dist/kernels/${name}.wasm`, import.meta.url));
    try {
      module = new WebAssembly.Module(readFileSync(file));
    } catch (cause) {
      throw new AppError("TRAINING_FAILED", `expected the compiled loops of ${name}: run npm run build`, { cause });
    }
    compiled.set(name, module);
  }
  const instance = new WebAssembly.Instance(module, { env: { abort: () => undefined } });
  return instance.exports as Exports & { memory: WebAssembly.Memory };
}

/** An array in a kernel's memory: where it starts, and how many elements it has. */
export interface Slice {
  readonly offset: number;
  readonly length: number;
}

const pageBytes = 65_536;
const maxBytes = 2 ** 32 - pageBytes;

/** Lays arrays out in a kernel's memory, one after another; nothing is ever freed. */
export class Arena {
  private end: number;
  private whole: Float32Array | undefined;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.end = memory.buffer.byteLength;
  }

  /** @throws {AppError} TRAINING_FAILED when there is not so much memory */
  private take(bytes: number): number {
    const offset = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    const missing = this.end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        if (this.end > maxBytes) throw new RangeError("more than WebAssembly can address");
        this.memory.grow(Math.ceil(missing / pageBytes));
      } catch (cause) {
        const mb = Math.ceil(this.end / 1e6);
        throw new AppError(
          "TRAINING_FAILED",
          `expected ${mb} MB of memory, but there is not so much: train with fewer factors`,
          { cause },
        );
      }
    }
    return offset;
  }

  floats(length: number): Slice {
    return { offset: this.take(length * 4), length };
  }

  doubles(length: number): Slice {
    return { offset: this.take(length * 8), length };
  }

  copyFloats(values: Float32Array): Slice {
    const slice = this.floats(values.length);
    this.f32(slice).set(values);
    return slice;
  }

  copyInts(values: Int32Array): Slice {
    const slice = this.floats(values.length);
    this.i32(slice).set(values);
    return slice;
  }

  /** A view of the current memory: stale once another array is laid out. */
  f32({ offset, length }: Slice): Float32Array {
    return new Float32Array(this.memory.buffer, offset, length);
  }

  /** The whole memory: element k of an array at byte `offset` is at offset / 4 + k. Stale once another array is laid out. */
  all(): Float32Array {
    if (this.whole?.buffer !== this.memory.buffer) this.whole = new Float32Array(this.memory.buffer);
    return this.whole;
  }

  /** As `all`, as bits of half-precision numbers: that at byte `offset` is at offset / 2. */
  allHalves(): Uint16Array {
    return new Uint16Array(this.memory.buffer);
  }

  /** The bytes of an array of floats. */
  bytes({ offset, length }: Slice): Uint8Array {
    return new Uint8Array(this.memory.buffer, offset, length * 4);
  }

  f64({ offset, length }: Slice): Float64Array {
    return new Float64Array(this.memory.buffer, offset, length);
  }

  i32({ offset, length }: Slice): Int32Array {
    return new Int32Array(this.memory.buffer, offset, length);
  }
}
