/** Parts of the page that are loaded when they are first shown, or a moment after the first view. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from "react";

/** Long enough for the first posters. */
const restMs = 1500;

class NotLoaded extends Error {}

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** @param load imports the file whose default export is the part */
export function later<Props>(load: Load<Props>) {
  return lazy(() =>
    load().catch((cause: unknown) => {
      throw new NotLoaded("a part of the page could not be loaded", { cause });
    }),
  );
}

/** Loaded ahead too, so that the part is there when it is asked for. */
export function soon<Props>(load: Load<Props>) {
  addEventListener("load", () => setTimeout(() => load().catch(() => {}), restMs), { once: true });
  return later(load);
}

interface LaterProps {
  children: ReactNode;
  /** Shown while the part is on its way. */
  fallback?: ReactNode;
  /** Of what lies over the page: takes it away again. */
  onClose?(): void;
}

/** Holds parts that are loaded later, and says so where one cannot be. */
export class Later extends Component<LaterProps, { problem: string | undefined }> {
  override state: { problem: string | undefined } = { problem: undefined };

  static getDerivedStateFromError(error: unknown) {
    return {
      problem:
        error instanceof NotLoaded
          ? "This part of the page could not be loaded: the server is gone, or it was updated since."
          : "This part of the page failed.",
    };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    const { children, fallback, onClose } = this.props;
    const { problem } = this.state;
    if (problem === undefined) {
      return <Suspense fallback={fallback ?? (onClose && <div className="backdrop" />)}>{children}</Suspense>;
    }
    return (
      <div className={onClose === undefined ? "problem" : "problem over"} role="alert">
        <p>{problem}</p>
        <button type="button" onClick={() => location.reload()}>
          Load the page again
        </button>
        {onClose !== undefined && (
          <button type="button" className="quiet" onClick={onClose}>
            Close
          </button>
        )}
      </div>
    );
  }
}
