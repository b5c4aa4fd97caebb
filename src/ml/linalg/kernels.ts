/** The inner loops that are compiled to WebAssembly (`kernels/`, built into `dist/kernels/`), and their memory. */
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
export interface Place {
  readonly at: number;
  readonly length: number;
}

const pageBytes = 65_536;
const mostBytes = 2 ** 32 - pageBytes;

/** Lays arrays out in a kernel's memory, one after another; nothing is ever freed. */
export class Arena {
  private end: number;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.end = memory.buffer.byteLength;
  }

  /** @throws {AppError} TRAINING_FAILED when there is not so much memory */
  private take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    const missing = this.end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        if (this.end > mostBytes) throw new RangeError("more than WebAssembly can address");
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
    return at;
  }

  floats(length: number): Place {
    return { at: this.take(length * 4), length };
  }

  doubles(length: number): Place {
    return { at: this.take(length * 8), length };
  }

  copyFloats(values: Float32Array): Place {
    const place = this.floats(values.length);
    this.f32(place).set(values);
    return place;
  }

  copyInts(values: Int32Array): Place {
    const place = this.floats(values.length);
    this.i32(place).set(values);
    return place;
  }

  /** A view of the memory as it is now: stale once another array was laid out. */
  f32({ at, length }: Place): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  f64({ at, length }: Place): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  i32({ at, length }: Place): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }
}
