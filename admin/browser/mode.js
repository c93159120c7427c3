// Before the first paint: the mode the user chose, if they did; else the system's.
try {
  const mode = localStorage.getItem('tributary-mode')
  if (mode === 'light' || mode === 'dark') document.documentElement.dataset.mode = mode
} catch {
  // Storage can be forbidden; then the system decides.
}
