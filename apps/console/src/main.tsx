import "./shell/mantine.ts";
import "./shell/ground.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
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
        {/* Without transitions an address is shown at once, and fields that stand in it keep their caret. */}
        <BrowserRouter basename="/console" useTransitions={false}>
          <App />
        </BrowserRouter>
      </QueryClientProvider>
      <Said />
    </MantineProvider>
  </StrictMode>,
);
