/** Saves an encoder to its folder atomically. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { temporaryName } from "../../files/temporary.js";
import type { StoredEncoderManifest } from "./encoder-manifest.js";

/** Writes to a temporary folder and renames it; a broken encoder of that name is replaced. */
export async function writeEncoder(folder: string, manifest: StoredEncoderManifest, graph: Uint8Array): Promise<void> {
  const path = join(folder, manifest.name);
  const temporary = temporaryName(join(folder, `.${manifest.name}`));
  try {
    await mkdir(temporary, { recursive: true });
    await writeFlushed(join(temporary, "encoder.onnx"), graph);
    await writeFlushed(join(temporary, "manifest.json"), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    // Aside first: taking a folder's files away one by one would leave the place empty for longer.
    const before = temporaryName(join(folder, `.${manifest.name}-before`));
    await rename(path, before).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    await rename(temporary, path).catch(async (error: unknown) => {
      await rename(before, path).catch(() => undefined);
      throw error;
    });
    await rm(before, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
