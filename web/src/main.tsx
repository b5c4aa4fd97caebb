/** Starts the page. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { takeTokenFromAddress } from "./state/token.js";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/wall.css";
import "./styles/bring.css";
import "./styles/panel.css";
import "./styles/charts.css";
import "./styles/map.css";
import "./styles/workbench.css";

takeTokenFromAddress();
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
