/** Which colour of a chart is what. */
export function Legend({ entries }: { entries: readonly { name: string; label: string }[] }) {
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
