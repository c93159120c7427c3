/** Light, dark, or what the system wants; remembered in this browser. The colours themselves are CSS. */
import { useState } from 'react'

export type Mode = 'system' | 'light' | 'dark'

const key = 'tributary-mode'

function stored(): Mode {
  const { mode } = document.documentElement.dataset
  return mode === 'light' || mode === 'dark' ? mode : 'system'
}

function store(mode: Mode): void {
  if (mode === 'system') delete document.documentElement.dataset.mode
  else document.documentElement.dataset.mode = mode
  try {
    if (mode === 'system') localStorage.removeItem(key)
    else localStorage.setItem(key, mode)
  } catch {
    // Storage can be forbidden; then the choice lasts as long as the page.
  }
}

export function useMode(): { readonly mode: Mode; setMode(mode: Mode): void } {
  const [mode, setMode] = useState(stored)
  return {
    mode,
    setMode: (chosen) => {
      store(chosen)
      setMode(chosen)
    },
  }
}
