/** A choice of one among a few, all of them in sight. */
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";

export interface ModesProps<Name extends string> {
  /** What is chosen, for screen readers. */
  label: string;
  options: readonly { name: Name; label: string }[];
  /** Undefined where none of them is. */
  value: Name | undefined;
  onChange(name: Name): void;
}

export function Modes<const Name extends string>({ label, options, value, onChange }: ModesProps<Name>) {
  return (
    <ToggleGroup
      className="modes"
      aria-label={label}
      value={value === undefined ? [] : [value]}
      onValueChange={([chosen]) => chosen !== undefined && onChange(chosen as Name)}
    >
      {options.map(({ name, label: text }) => (
        <Toggle key={name} value={name} className="mode">
          {text}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
