/**
 * The 30 best movies of every user, by the ranker of the model that serves, as `marquee models prepare` computes them; the yardstick is a plain loop of
 * dot products over the ranker's item factors in the same kernel, one pass for each user. Users per second, one thread.
 */
import { createDenseKernel, toStride } from "../../dist/ml/linalg/dense-kernel.js";
import { Arena } from "../../dist/ml/linalg/kernels.js";
import { topK } from "../../dist/ml/linalg/top-k.js";
import { openServices } from "../../dist/services/services.js";
import { alternate, toRateResult } from "../measure.js";

export async function scoreAll({ folder, quick }) {
  const services = openServices(folder);
  const model = await services.models.get();
  const { movies, positionOf } = await services.catalogue();
  const users = (await services.store.users.all()).slice(0, quick ? 50 : 2000);
  const ratings = await services.store.ratings.ofUsers(users.map(({ id }) => id));
  const factors = model.manifest.ranker?.ials.factors ?? 64;
  const stride = toStride(factors);
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const [items, user, out] = [arena.floats(movies.length * stride), arena.floats(stride), arena.floats(movies.length)];
  arena.f32(items).fill(0.1);
  arena.f32(user).fill(0.1);
  const perSecond = (started) => (1000 * users.length) / (performance.now() - started);
  const rounds = await alternate(quick ? 1 : 5, {
    ours: async () => {
      const started = performance.now();
      for (const [u, features] of users.entries()) {
        const own = { ...features, ratings: ratings[u] };
        const excluded = new Uint8Array(movies.length);
        for (const id of ratings[u].movieIds) excluded[positionOf.get(id)] = 1;
        const scores = model.preferences
          ? await model.preferences(own, movies, 0, model.prefersByStars ? new Float32Array(movies.length) : undefined)
          : new Float32Array(movies.length);
        if (topK(scores, excluded, 30).length !== 30) throw new Error("expected 30 movies for each user");
      }
      return perSecond(started);
    },
    yardstick: async () => {
      const started = performance.now();
      for (let u = 0; u < users.length; u++) {
        kernel.dots(movies.length, stride, items.offset, user.offset, out.offset);
      }
      if (Math.abs(arena.f32(out)[0] - 0.01 * stride) > 1e-4) throw new Error("expected dot products");
      return perSecond(started);
    },
  });
  await services.close();
  return toRateResult("score-all", "users/s", 0.5, rounds);
}
