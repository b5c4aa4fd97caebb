/** Sliders and modes of ranking. */
import { Slider } from "@base-ui/react/slider";
import { useId } from "react";
import { Modes } from "../parts/modes.js";
import type { Tuning } from "./tuning.js";

const modes = [
  { name: "taste", label: "By taste", posters: 0 },
  { name: "both", label: "Both", posters: 0.5 },
  { name: "posters", label: "By posters", posters: 1 },
];

export function Controls({ tuning, onTune }: { tuning: Tuning; onTune(tuning: Tuning): void }) {
  const mode = modes.find(({ posters }) => posters === tuning.posters);
  return (
    <div className="controls">
      <Modes
        label="What suggestions are ranked by"
        options={modes}
        value={mode?.name}
        onChange={(chosen) => {
          const posters = modes.find(({ name }) => name === chosen)?.posters;
          if (posters !== undefined) onTune({ ...tuning, posters });
        }}
      />
      <Dial
        label="Posters"
        ends={["taste", "look"]}
        range={[0, 1]}
        value={tuning.posters}
        onChange={(posters) => onTune({ ...tuning, posters })}
      />
      <Dial
        label="Variety"
        ends={["alike", "varied"]}
        range={[0, 1]}
        value={tuning.variety}
        onChange={(variety) => onTune({ ...tuning, variety })}
      />
      <Dial
        label="Popularity"
        ends={["niche", "known"]}
        range={[-1, 1]}
        value={tuning.popularity}
        onChange={(popularity) => onTune({ ...tuning, popularity })}
      />
    </div>
  );
}

interface DialProps {
  label: string;
  /** What the lowest and the highest value mean. */
  ends: [string, string];
  range: [number, number];
  value: number;
  onChange(value: number): void;
}

function Dial({ label, ends: [low, high], range: [min, max], value, onChange }: DialProps) {
  const id = useId();
  return (
    <div className="dial">
      <span className="name" id={id}>
        {label}
      </span>
      <Slider.Root
        className="slider"
        value={value}
        min={min}
        max={max}
        step={0.05}
        aria-labelledby={id}
        onValueChange={(next) => onChange(Math.round((next as number) * 100) / 100)}
      >
        <Slider.Control className="control">
          <Slider.Track className="track">
            <Slider.Indicator className="indicator" />
            <Slider.Thumb className="thumb" aria-labelledby={id} />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <span className="ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </span>
    </div>
  );
}
