// Prints the counts of a vitest JSON report as the last line. With CI=true, a skipped test is a failure.
import { readFileSync } from "node:fs";

const [file, status] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, "utf8"));
const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending = 0, numTodoTests: todo = 0 } = report;
const skipped = pending + todo;
for (const suite of report.testResults) {
  for (const test of suite.assertionResults) {
    if (test.status !== "passed") console.log(`${test.status}: ${test.fullName}`);
  }
}
const mustRunAll = process.env.CI === "true";
if (mustRunAll && skipped > 0) console.log("CI failed: tests were skipped; CI must run all of them");
if (passed === 0) console.log("CI failed: no test ran");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status !== "0" || failed > 0 || passed === 0 || (mustRunAll && skipped > 0) ? 1 : 0);
