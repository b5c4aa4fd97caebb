/** Which model and which encoder answer: what was chosen, also by another process, and what is said where none can. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AttributeType, DataType, encodeModel, floatInitializer, valueInfo } from "../../src/onnx/proto.js";
import { addEncoder } from "../../src/posters/encoders/add-encoder.js";
import { openServices } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import { addModel, fixture, predictPlainly, type Started, start } from "../support/fixture.js";

const clamp = (stars: number) => Math.min(5, Math.max(0.5, stars));
const query = "{ model { name } movie(id: 858) { predictedRating(userId: 42) } }";

/** As another process would: through a connection of its own. */
async function fromOutside(
  { dataDir }: Started,
  work: (services: ReturnType<typeof openServices>) => unknown,
): Promise<void> {
  const services = openServices(dataDir);
  await work(services);
  return services.close();
}

describe("model", () => {
  test("says what it is and what it was trained on", async () => {
    const { data } = await start();
    expect(await data("{ model { name kind origin createdAt dataset metrics { rmse } } }")).toEqual({
      model: {
        name: "first",
        kind: "baseline",
        origin: "trained",
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        dataset: fixture.datasetName,
        metrics: null,
      },
    });
  });

  test("is the one chosen at the time of each request", async () => {
    const started = await start();
    const { active, other } = fixture.models;
    const before = await started.data(query);
    expect(before.model).toEqual({ name: active.name });
    expect(before.movie.predictedRating).toBeCloseTo(clamp(predictPlainly(active.seed, 42, 858)), 4);
    await fromOutside(started, ({ store }) => store.settings.set("activeModel", other.name));
    const after = await started.data(query);
    expect(after.model).toEqual({ name: other.name });
    expect(after.movie.predictedRating).toBeCloseTo(clamp(predictPlainly(other.seed, 42, 858)), 4);
    expect(predictPlainly(other.seed, 42, 858)).not.toBeCloseTo(predictPlainly(active.seed, 42, 858), 1);
  });

  test("is one for the whole of a request, also of a batch, whatever is chosen while it is answered", async () => {
    const started = await start();
    const { active, other } = fixture.models;
    const { services } = started;
    const get = services.models.get.bind(services.models);
    let asked = 0;
    services.models.get = async (name) => {
      const model = await get(name);
      // Whoever asks next is given another one.
      if (asked++ === 0) await services.store.settings.set("activeModel", other.name);
      return model;
    };
    const response = await started.app.fetch("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([
        { query },
        { query: `{ again: model { name } user(id: 42) { recommendations { score movie { movieId } } } }` },
      ]),
    });
    const [first, second] = (await response.json()) as [
      { data: { model: { name: string }; movie: { predictedRating: number } } },
      { data: { again: { name: string }; user: { recommendations: { score: number; movie: { movieId: number } }[] } } },
    ];
    expect(first.data.model).toEqual({ name: active.name });
    expect(first.data.movie.predictedRating).toBeCloseTo(clamp(predictPlainly(active.seed, 42, 858)), 4);
    expect(second.data.again).toEqual({ name: active.name });
    for (const { score, movie } of second.data.user.recommendations) {
      expect(score).toBeCloseTo(clamp(predictPlainly(active.seed, 42, movie.movieId)), 4);
    }
    expect((await started.data(query)).model).toEqual({ name: other.name });
  });

  test("is null where none was chosen, and what needs one says so", async () => {
    const { services, data, ask } = await start();
    rawDatabase(services).exec("DELETE FROM settings");
    expect(
      await data("{ model { name } user(id: 3997) { topRated } movie(id: 858) { posterSimilarity(userId: 3997) } }"),
    ).toEqual({
      model: null,
      user: { topRated: ["Toy Story", "Film 3", "The Godfather"] },
      movie: { posterSimilarity: expect.any(Number) },
    });
    const message = 'no model was chosen for the data set "ml-1m": run marquee train or marquee models import';
    const { data: partly, errors } = await ask(
      "{ user(id: 42) { recommendations { title } } movie(id: 1) { title predictedRating(userId: 42) } }",
    );
    expect(partly).toEqual({ user: null, movie: { title: "Toy Story", predictedRating: null } });
    expect(errors).toHaveLength(2);
    for (const error of errors ?? []) expect(error).toMatchObject({ code: "MODEL_NOT_FOUND", message });
  });

  test("of another data set is refused: its numbers mean other people", async () => {
    const { services, ask } = await start();
    await addModel(services, "elsewhere", 13, "ml-other");
    await services.store.settings.set("activeModel", "elsewhere");
    const { data, errors } = await ask(
      "{ model { name } movie(id: 1) { predictedRating(userId: 42) } user(id: 42) { recommendations { title } } }",
    );
    expect(data).toEqual({ model: null, movie: { predictedRating: null }, user: null });
    expect(errors).toHaveLength(3);
    for (const error of errors ?? []) {
      expect(error).toMatchObject({
        code: "MODEL_OTHER_DATASET",
        message:
          'expected a model of the data set "ml-1m", received "elsewhere" of "ml-other": its users and movies are others',
      });
    }
  });

  test("that was damaged is refused, and answers again once it is whole", async () => {
    const started = await start();
    const { other } = fixture.models;
    const file = join(started.services.folders.models.own, other.name, "model.onnx");
    await started.services.store.settings.set("activeModel", other.name);
    await writeFile(file, "no graph");
    const { data, errors } = await started.ask(query);
    expect(data).toEqual({ model: null, movie: { predictedRating: null } });
    expect(errors?.map(({ code }) => code)).toEqual(["MODEL_INVALID", "MODEL_INVALID"]);
    await addModel(started.services, "third", 14);
    await started.services.store.settings.set("activeModel", "third");
    expect((await started.data(query)).model).toEqual({ name: "third" });
  });
});

describe("the encoder", () => {
  /** A classifier of 8 × 8 pictures: its last layer's input is the mean of each channel. */
  function meanOfChannels(): Uint8Array {
    return encodeModel({
      ir_version: 8,
      opset_import: [{ domain: "", version: 13 }],
      graph: {
        name: "g",
        node: [
          { op_type: "GlobalAveragePool", input: ["x"], output: ["pooled"] },
          { op_type: "Flatten", input: ["pooled"], output: ["flat"] },
          {
            op_type: "Gemm",
            name: "fc",
            input: ["flat", "w"],
            output: ["y"],
            attribute: [{ name: "transB", type: AttributeType.INT, i: 1 }],
          },
        ],
        initializer: [floatInitializer("w", [5, 3], new Float32Array(15).fill(1))],
        input: [valueInfo("x", DataType.FLOAT, ["N", 3, 8, 8])],
        output: [valueInfo("y", DataType.FLOAT, ["N", 5])],
      },
    });
  }

  test("is the one chosen at the time of each request; vectors of two are never mixed", async () => {
    const started = await start();
    const similarity = "{ movie(id: 858) { posterSimilarity(userId: 3997) } }";
    const before = await started.data(similarity);
    const file = join(started.dataDir, "means.onnx");
    await writeFile(file, meanOfChannels());
    const { manifest } = await addEncoder(started.services.folders.encoders, file);
    await fromOutside(started, ({ store }) => store.settings.set("activeEncoder", manifest.name));
    const after = await started.data(similarity);
    expect(after.movie.posterSimilarity).not.toBeCloseTo(before.movie.posterSimilarity, 3);
    const made = rawDatabase(started.services)
      .prepare("SELECT dimension, count(*) AS n FROM poster_embeddings GROUP BY encoder_id ORDER BY n")
      .all();
    expect(made).toMatchObject([{ dimension: 3, n: 3 }, { n: 13 }]);
    await fromOutside(started, (services) =>
      rawDatabase(services).exec("DELETE FROM settings WHERE key = 'activeEncoder'"),
    );
    expect(await started.data(similarity)).toEqual(before);
  });

  test("that is not there is an error where posters are compared, and nowhere else", async () => {
    const { services, ask } = await start();
    await services.store.settings.set("activeEncoder", "gone");
    const { data, errors } = await ask(
      "{ movie(id: 858) { title posterSimilarity(userId: 3997) } user(id: 42) { recommendations(first: 1) { rank } } }",
    );
    expect(data).toEqual({
      movie: { title: "The Godfather", posterSimilarity: null },
      user: { recommendations: [{ rank: 1 }] },
    });
    expect(errors).toMatchObject([{ code: "ENCODER_NOT_FOUND", path: ["movie", "posterSimilarity"] }]);
  });
});
