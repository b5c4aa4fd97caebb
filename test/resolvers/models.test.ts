/** The models of the loaded data set, compared: which serves, how accurate each is, and how its error fell. */
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { saveModel } from "../../src/ml/model/model-store.js";
import { addModel, emptyFolder, fixture, start } from "../support/fixture.js";

const names = "{ models { name isActive } }";

describe("models", () => {
  test("are those of the loaded data set, the active one first, then the latest", async () => {
    const { data, services } = await start();
    const { active, other } = fixture.models;
    await addModel(services, "foreign", 5, "another data set");
    await addModel(services, "latest", 6);
    expect(await data('{ model(name: "foreign") { name } }')).toEqual({ model: null });
    expect(await data(names)).toEqual({
      models: [
        { name: active.name, isActive: true },
        { name: "latest", isActive: false },
        { name: other.name, isActive: false },
      ],
    });
    await services.store.settings.set("activeModel", "latest");
    expect((await data(names)).models.map(({ name }: { name: string }) => name)).toEqual([
      "latest",
      other.name,
      active.name,
    ]);
  });

  test("are named by their folders, also one that was copied", async () => {
    const { data, services } = await start();
    const { own } = services.folders.models;
    const { active } = fixture.models;
    await cp(join(own, active.name), join(own, "backup"), { recursive: true });
    const { models } = await data(names);
    expect(models.filter(({ isActive }: { isActive: boolean }) => isActive)).toEqual([
      { name: active.name, isActive: true },
    ]);
    expect(models).toContainEqual({ name: "backup", isActive: false });
    expect(await data('{ model(name: "backup") { name isActive } }')).toEqual({
      model: { name: "backup", isActive: false },
    });
  });

  test("are none without a data set", async () => {
    const { data } = await start({ dataDir: await emptyFolder() });
    expect(await data("{ models { name } model { name } }")).toEqual({ models: [], model: null });
  });

  test("leave out one whose folder cannot be read, which says why where it is asked for by name", async () => {
    const { ask, data, services } = await start();
    const { active, other } = fixture.models;
    await writeFile(join(services.folders.models.own, other.name, "manifest.json"), "{");
    expect(await data(names)).toEqual({ models: [{ name: active.name, isActive: true }] });
    const { errors } = await ask(`{ model(name: "${other.name}") { name } }`);
    expect(errors?.[0]).toMatchObject({ code: "MODEL_INVALID" });
  });

  test("are seen as they are now: one is gone, and another has taken its name", async () => {
    const { data, services } = await start();
    const { other } = fixture.models;
    const kind = `{ model(name: "${other.name}") { name createdAt } }`;
    const { createdAt } = (await data(kind)).model;
    await rm(join(services.folders.models.own, other.name), { recursive: true });
    expect((await data(kind)).model).toBeNull();
    await addModel(services, other.name, 7);
    const again = (await data(kind)).model;
    expect(again.name).toBe(other.name);
    expect(again.createdAt > createdAt).toBe(true);
  });
});

describe("model(name)", () => {
  test.each(["nobody", "", "../../etc", "First", "x".repeat(1000)])(
    "is null where there is none named %j",
    async (name) => {
      const { data } = await start();
      expect(await data(`{ model(name: ${JSON.stringify(name)}) { name } }`)).toEqual({ model: null });
    },
  );
});

describe("lossCurve", () => {
  const curve = `{ model(name: "curved") { lossCurve { unit points { step trainRmse validationRmse } } } }`;

  async function addCurved(losses: string) {
    const started = await start();
    const { services } = started;
    const { manifest } = await services.models.get();
    const files = new Map([["losses.csv", new TextEncoder().encode(losses)]]);
    await saveModel(services.folders.models.own, { ...manifest, name: "curved" }, files);
    return started;
  }

  test("has the errors that were recorded while it was trained", async () => {
    const { data } = await addCurved("sweep,train_rmse,validation_rmse\n10,,0.95\n20,,0.925\n");
    expect((await data(curve)).model.lossCurve).toEqual({
      unit: "SWEEP",
      points: [
        { step: 10, trainRmse: null, validationRmse: 0.95 },
        { step: 20, trainRmse: null, validationRmse: 0.925 },
      ],
    });
  });

  test("is null of a model whose training recorded none", async () => {
    const { data } = await start();
    expect(await data("{ model { lossCurve { unit } } }")).toEqual({ model: { lossCurve: null } });
  });

  test("that was changed since is an error, and the rest is answered", async () => {
    const { ask, services } = await addCurved("epoch,train_rmse,validation_rmse\n1,1,1\n");
    const file = join(services.folders.models.own, "curved", "losses.csv");
    await writeFile(file, "epoch,train_rmse,validation_rmse\n1,0,0\n");
    const { data, errors } = await ask('{ model(name: "curved") { name lossCurve { unit } } }');
    expect(data).toEqual({ model: { name: "curved", lossCurve: null } });
    expect(errors?.[0]).toMatchObject({ code: "MODEL_INVALID" });
  });
});
