/** Builds Relay connections from rows that are ordered by a key. */
import { resolveCursorConnection } from "@pothos/plugin-relay";
import {
  checkPage,
  defaultPage,
  encodeCursor,
  type Keyed,
  type KeyPage,
  maxPage,
  type PageArgs,
  toKeyPage,
} from "../../resolvers/request/cursors.js";

/**
 * @param order name of the sort order, which cursors record
 * @param total called only if `totalCount` is selected
 * @throws {AppError} INVALID_ARGUMENT for a page that is too large, or a cursor that is invalid or from another sort order
 */
export async function toConnection<Row extends { id: number }>(
  args: PageArgs,
  order: string,
  read: (page: KeyPage) => Keyed<Row>[] | Promise<Keyed<Row>[]>,
  total: () => number | Promise<number>,
) {
  checkPage(order, args);
  const toCursor = ({ node, value }: Keyed<Row>) => encodeCursor(order, { value, id: node.id });
  const options = { args, defaultSize: defaultPage, maxSize: maxPage, toCursor };
  const page = await resolveCursorConnection<Promise<Keyed<Row>[]>>(options, async (request) =>
    read(toKeyPage(order, request)),
  );
  const { startCursor, endCursor, ...pageInfo } = page.pageInfo;
  // For an empty page the plugin sets both cursors to "".
  return {
    pageInfo: { ...pageInfo, startCursor: startCursor || null, endCursor: endCursor || null },
    edges: page.edges.map((edge) => ({ cursor: edge.cursor, node: edge.node.node })),
    totalCount: total,
  };
}

/** Name of a sort order, as cursors record it. */
export function orderName({ field, descending }: { field: string; descending: boolean }): string {
  return `${field} ${descending ? "DESC" : "ASC"}`;
}
