/** A dialog in the middle of the window. */
import { Dialog } from "@base-ui/react/dialog";
import type { FormEvent, ReactNode, RefObject } from "react";

export interface BoxProps {
  title: string;
  description: ReactNode;
  /** What the main button says, and whether it waits. */
  action: { label: string; isBusy?: boolean };
  onSubmit(event: FormEvent<HTMLFormElement>): void;
  onClose(): void;
  /** Gets the focus back. */
  opener: RefObject<HTMLElement | null>;
  /** Fields of the form. */
  children: ReactNode;
}

export default function Box({ title, description, action, onSubmit, onClose, opener, children }: BoxProps) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="box" finalFocus={opener}>
          <Dialog.Title>{title}</Dialog.Title>
          <Dialog.Description>{description}</Dialog.Description>
          <form onSubmit={onSubmit}>
            {children}
            <div className="buttons">
              <Dialog.Close className="quiet">Cancel</Dialog.Close>
              <button type="submit" className="main" disabled={action.isBusy}>
                {action.label}
              </button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
