/** 1000209 as 1,000,209. The browser's own formatting takes tens of milliseconds the first time, in the midst of the first view. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
