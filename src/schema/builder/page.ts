/** Turns rows ordered by a key into a Relay connection. */
import { resolveCursorConnection } from "@pothos/plugin-relay";
import {
  checkPage,
  cursorOf,
  defaultPage,
  type Keyed,
  type KeyPage,
  keyPageOf,
  maxPage,
  type PageArgs,
} from "../../resolvers/request/cursors.js";

/**
 * @param order names what the list is ordered by, for its cursors
 * @param total called only where `totalCount` is asked for
 * @throws {AppError} INVALID_ARGUMENT for a page that is too large, or a cursor that is none or of another order
 */
export async function pageOf<Row extends { id: number }>(
  args: PageArgs,
  order: string,
  read: (page: KeyPage) => Keyed<Row>[] | Promise<Keyed<Row>[]>,
  total: () => number | Promise<number>,
) {
  checkPage(order, args);
  const toCursor = ({ node, value }: Keyed<Row>) => cursorOf(order, { value, id: node.id });
  const options = { args, defaultSize: defaultPage, maxSize: maxPage, toCursor };
  const page = await resolveCursorConnection<Promise<Keyed<Row>[]>>(options, async (request) =>
    read(keyPageOf(order, request)),
  );
  const { startCursor, endCursor, ...pageInfo } = page.pageInfo;
  // The plugin calls the cursors of a page without objects "".
  return {
    pageInfo: { ...pageInfo, startCursor: startCursor || null, endCursor: endCursor || null },
    edges: page.edges.map((edge) => ({ cursor: edge.cursor, node: edge.node.node })),
    totalCount: total,
  };
}

/** What a list is ordered by, as its cursors name it. */
export function orderName({ field, descending }: { field: string; descending: boolean }): string {
  return `${field} ${descending ? "DESC" : "ASC"}`;
}
