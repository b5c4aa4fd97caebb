/** 1000209 as 1,000,209. The browser's own formatting is slow the first time, which would be amid the first view. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
