/** Which colour of a chart is what. */

export interface LegendEntry {
  /** `first` or `second`: the class that has the colour. */
  name: string;
  label: string;
}

export function Legend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <ul className="legend">
      {entries.map(({ name, label }) => (
        <li key={name}>
          <span className={`swatch ${name}`} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}
