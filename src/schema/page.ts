/** One page of a list that is ordered by id, as the connection types want it. */
import { resolveCursorConnection } from "@pothos/plugin-relay";
import { checkPage, cursorOf, defaultPage, maxPage } from "../resolvers/pages.js";
import type { PageRequest } from "../resolvers/user.js";

interface PageArgs {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/**
 * @param total called only where `totalCount` is asked for
 * @throws {AppError} INVALID_ARGUMENT for a page that is too large, or a cursor that is none
 */
export async function pageOf<Row extends { id: number }>(
  args: PageArgs,
  read: (page: PageRequest) => Row[],
  total: () => number,
) {
  checkPage(args);
  const options = { args, defaultSize: defaultPage, maxSize: maxPage, toCursor: (row: Row) => cursorOf(row.id) };
  const page = await resolveCursorConnection<Row[]>(options, read);
  const { startCursor, endCursor, ...pageInfo } = page.pageInfo;
  // The plugin calls the cursors of a page without objects "".
  return {
    pageInfo: { ...pageInfo, startCursor: startCursor || null, endCursor: endCursor || null },
    edges: page.edges,
    totalCount: total,
  };
}
