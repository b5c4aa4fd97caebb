/** Parts of the page that are loaded when they are first shown, or as soon as the browser has nothing else to do. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from "react";

/** Long enough for the first posters. */
const restMs = 1500;

/** @param load imports the file whose default export is the part; it is called ahead, so that the part is there when it is asked for */
export function soon<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  addEventListener("load", () => setTimeout(() => load().catch(() => {}), restMs), { once: true });
  return lazy(load);
}

interface LaterProps {
  children: ReactNode;
  /** Shown while the part is on its way. */
  fallback?: ReactNode;
}

/** Holds parts that are loaded later, and says so where one cannot be. */
export class Later extends Component<LaterProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (this.state.isBroken) {
      return (
        <div className="problem" role="alert">
          <p>This part of the page could not be loaded: the server is gone, or it was updated since.</p>
          <button type="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      );
    }
    return <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>;
  }
}
