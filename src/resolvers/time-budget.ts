/** A request's time as it is seen by what works for it. */
export { withSignal as withBudget } from "../ml/pause.js";
