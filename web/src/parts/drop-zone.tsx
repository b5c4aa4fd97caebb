/** Takes a file: dropped, or chosen by a button. */
import { type DragEvent, type ReactNode, useState } from "react";

export interface DropZoneProps {
  /** Text of the button. */
  label: string;
  /** As the attribute `accept` of an input. */
  accept: string;
  isBusy: boolean;
  onFile(file: File): void;
  children: ReactNode;
}

export function DropZone({ label, accept, isBusy, onFile, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => {
    if (files?.[0] !== undefined) onFile(files[0]);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button within does the same by keyboard
    <div
      className="drop"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
      <label className="button">
        {label}
        <input
          type="file"
          className="unseen"
          accept={accept}
          disabled={isBusy}
          onChange={({ target }) => {
            take(target.files);
            // The same file again is a change, too.
            target.value = "";
          }}
        />
      </label>
    </div>
  );
}
