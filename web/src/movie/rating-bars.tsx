/** How often a movie was given each number of stars. */
import { formatCount } from "../parts/count.js";

export function RatingBars({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  return (
    <table className="bars">
      <caption className="unseen">Number of ratings for each number of stars</caption>
      <tbody>
        {counts.map((count, i) => {
          const stars = (i + 1) / 2;
          return (
            <tr key={stars} title={`${stars} ★: ${formatCount(count)}`}>
              <th scope="row">{stars % 1 === 0 ? stars : <span className="unseen">{stars}</span>}</th>
              <td>
                <span className="bar" style={{ blockSize: `${(100 * count) / most}%` }} />
                <span className="unseen">{count}</span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
