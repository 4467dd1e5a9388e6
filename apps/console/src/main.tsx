import "@mantine/core/styles.css";
import "./shell/ground.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { createClient } from "./api/client.ts";
import { App } from "./app.tsx";
import { Said } from "./pieces/say.tsx";
import { COLOURS, THEME } from "./shell/theme.ts";

/** Given by the server with this answer; styles that are written while the page runs need it. */
const nonce = document.querySelector<HTMLElement>("script[nonce]")?.nonce ?? "";
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place for the console.");
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={THEME}
      cssVariablesResolver={COLOURS}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={createClient()}>
        <Router base="/console">
          <App />
        </Router>
      </QueryClientProvider>
      <Said />
    </MantineProvider>
  </StrictMode>,
);
