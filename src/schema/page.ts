/** One page of a list that is ordered by id, as the connection types want it. */
import { resolveCursorConnection } from "@pothos/plugin-relay";
import { cursorOf, defaultPage, maxPage } from "../resolvers/pages.js";
import type { PageRequest } from "../resolvers/user.js";

interface PageArgs {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** @param total called only where `totalCount` is asked for */
export async function pageOf<Row extends { id: number }>(
  args: PageArgs,
  read: (page: PageRequest) => Row[],
  total: () => number,
) {
  const options = { args, defaultSize: defaultPage, maxSize: maxPage, toCursor: (row: Row) => cursorOf(row.id) };
  const page = await resolveCursorConnection<Row[]>(options, read);
  return { pageInfo: page.pageInfo, edges: page.edges, totalCount: total };
}
